package proxyfile

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	nginxFile = regexp.MustCompile(`(?i)^([^/]*[._-])?nginx([._-][^/]*)?\.conf$`)
	nginxDir  = regexp.MustCompile(`(^|/)(sites-(available|enabled)|conf\.d)/[^/]+\.conf$`)
	nginxEnd  = regexp.MustCompile(`(?m)[;{][ \t]*\r?(#.*)?$`)
)

// isNginx says whether a file is by its name a configuration of nginx, though it passes
// nothing on: nginx.conf, and what lies in the directories that it includes. Other
// programs use such names too, so it must begin as one: with a directive of nginx that
// is no word of theirs, or with the beginning of one at which the file ends. Where no
// part of the path says nginx, a directive must end as its do.
func isNginx(name string, text []byte) bool {
	if !nginxFile.MatchString(path.Base(name)) && !nginxDir.MatchString(name) {
		return false
	}
	word, rest := firstWord(text)
	if word == "" || !strings.Contains(strings.ToLower(name), "nginx") && !nginxEnd.Match(text) {
		return false
	}
	if rest == "" {
		return slices.ContainsFunc(nginxBegins, func(known string) bool { return strings.HasPrefix(known, word) }) ||
			slices.ContainsFunc(nginxModules, func(module string) bool { return strings.HasPrefix(module, word) || strings.HasPrefix(word, module) })
	}
	known := slices.Contains(nginxBegins, word) || slices.ContainsFunc(nginxModules, func(module string) bool { return strings.HasPrefix(word, module) })
	return known && strings.ContainsAny(rest[:1], " \t\r\n{;")
}

// firstWord returns the first word of a text that is no comment, and what follows it.
func firstWord(text []byte) (word, rest string) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for {
		text = bytes.TrimLeft(text, " \t\r\n")
		if len(text) == 0 || text[0] != '#' {
			break
		}
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return "", ""
		}
		text = text[end:]
	}
	n := 0
	for n < len(text) && (text[n] >= 'a' && text[n] <= 'z' || text[n] >= '0' && text[n] <= '9' || text[n] == '_') {
		n++
	}
	return string(text[:n]), string(text[n:])
}

// nginxBegins are the directives that may begin a file which nginx reads, of the
// contexts main, http and server (nginx.org/en/docs/dirindex.html). Left out is "if",
// which begins files of other programs.
var nginxBegins = []string{
	"absolute_redirect", "access_log", "add_header", "aio", "alias", "allow", "autoindex", "chunked_transfer_encoding", "charset", "daemon", "debug_connection",
	"default_type", "deny", "directio", "env", "error_log", "error_page", "etag", "events", "expires", "geo", "http", "http2", "include", "index", "internal",
	"keepalive_requests", "keepalive_timeout", "large_client_header_buffers", "limit_rate", "listen", "load_module", "location", "lock_file", "log_format",
	"log_not_found", "mail", "map", "map_hash_bucket_size", "map_hash_max_size", "master_process", "merge_slashes", "msie_padding", "output_buffers", "pcre_jit",
	"perl_modules", "pid", "port_in_redirect", "recursive_error_pages", "reset_timedout_connection", "resolver", "resolver_timeout", "return", "rewrite", "root",
	"satisfy", "send_timeout", "sendfile", "server", "server_name", "server_names_hash_bucket_size", "server_names_hash_max_size", "server_tokens", "set",
	"set_real_ip_from", "split_clients", "stream", "tcp_nodelay", "tcp_nopush", "thread_pool", "timer_resolution", "try_files", "types",
	"types_hash_bucket_size", "types_hash_max_size", "underscores_in_headers", "upstream", "user", "variables_hash_bucket_size", "variables_hash_max_size",
	"worker_connections", "worker_processes", "worker_rlimit_nofile", "worker_shutdown_timeout", "working_directory", "zone",
}

// nginxModules are what the directives of modules begin with.
var nginxModules = []string{
	"auth_basic", "auth_request", "brotli", "client_", "fastcgi_", "geoip_", "geoip2_", "grpc_", "gunzip", "gzip", "health_check", "js_", "limit_conn", "limit_req",
	"lua_", "init_by_lua", "memcached_", "modsecurity", "more_", "open_file_cache", "opentelemetry", "otel_", "proxy_", "real_ip_", "scgi_", "ssl_", "stub_status",
	"sub_filter", "uwsgi_", "vhost_traffic_status", "worker_",
}
