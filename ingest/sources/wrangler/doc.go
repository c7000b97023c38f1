// Package wrangler reads the configuration of Cloudflare Workers
// (developers.cloudflare.com/workers/wrangler/configuration): which namespaces,
// databases, buckets, queues and other Workers a Worker is bound to.
//
// TOML is parsed by github.com/pelletier/go-toml/v2 (MIT), whose syntax tree keeps
// positions and which brings no other module; JSON with comments becomes JSON first.
package wrangler
