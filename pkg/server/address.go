package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Address returns where a request comes from, empty if that is no IP address. Each proxy adds
// the address of its own caller to the end of X-Forwarded-For; proxies says how many of those
// at the end are of proxies of ours, and what stands before them the caller could invent. A
// header that is shorter has passed fewer proxies: its first address counts.
func Address(r *http.Request, proxies int) string {
	var hops []string
	for _, line := range r.Header.Values("X-Forwarded-For") {
		hops = append(hops, strings.Split(line, ",")...)
	}
	text := host(r.RemoteAddr)
	if len(hops) > 0 {
		text = strings.TrimSpace(hops[max(0, len(hops)-1-proxies)])
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	return address.Unmap().WithZone("").String()
}

func host(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
