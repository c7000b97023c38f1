// Package catalogue holds what every practitioner knows and no file says: which
// control plane lives where, what a managed service stands on, what a
// distribution does where its configuration is silent. Each fact is data, with the
// public source it rests on, and becomes an implied requirement wherever it
// matches. Implied facts say so and can be left out.
package catalogue
