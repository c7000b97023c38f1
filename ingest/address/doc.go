// Package address finds references in strings: URLs, host:port, data source
// names in every shape, comma lists, and the names of known services. Sources
// hand it the values of environment variables, flags, commands and configuration
// files, and get back what the string refers to, how sure that is, and where in
// the string it stands.
//
// Nothing secret survives: of an address only scheme, host, port and database
// leave this package. User names, passwords, paths, queries and fragments are
// dropped where they are parsed, and a string that cannot be taken apart without
// a doubt about which part is the host gives nothing.
//
// It does not decide what a host is: that is the linker's business. File paths,
// listeners (an address that a program binds or advertises as its own) and
// loopback addresses are no references.
package address
