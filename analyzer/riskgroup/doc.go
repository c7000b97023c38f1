// Package riskgroup finds the minimal sets of nodes whose loss takes a node down.
package riskgroup
