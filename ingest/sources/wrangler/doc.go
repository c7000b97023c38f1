// Package wrangler reads the configuration of Cloudflare Workers
// (developers.cloudflare.com/workers/wrangler/configuration): which namespaces,
// databases, buckets, queues and other Workers a Worker is bound to.
//
// JSON with comments becomes JSON first.
package wrangler
