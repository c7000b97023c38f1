// Package catalogue holds what every practitioner knows and no file says: which
// control plane lives where, what a managed service stands on, what a
// distribution does where its configuration is silent. Each fact is data, with the
// public source it rests on, and becomes an implied requirement wherever it
// matches. Implied facts say so and can be left out. FACTS.md lists them.
//
// A fact is worth its place if it is right, if somebody could act on it and if it is
// silent elsewhere. The phase follows the planes of a service: what changes it is
// needed to deploy, what launches it to start, and only what serves each request to
// run. A cache, a token or a certificate that outlives an outage is said with lasts.
// What only a new resource needs, or a restore, is recorded as unaffected. An update
// channel is named only where it is on by default or known to be on, and is staged
// where its publisher says that it goes region by region.
package catalogue
