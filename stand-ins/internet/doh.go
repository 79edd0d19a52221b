package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// dohPaths are each public resolver's paths by format. Google has JSON on /resolve only.
var dohPaths = map[string]struct{ json, wire string }{
	"cloudflare-dns.com": {json: "/dns-query", wire: "/dns-query"},
	"dns.google":         {json: "/resolve", wire: "/dns-query"},
}

// doh is DNS over HTTPS for one public resolver.
type doh struct {
	world *World
	name  string
}

func (d doh) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch d.world.Switches().DoH[d.name] {
	case "hang":
		hang(r)
		return
	case "close":
		panic(http.ErrAbortHandler)
	case "error":
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	paths := dohPaths[d.name]
	_, asksWire := r.URL.Query()["dns"]
	switch {
	case r.URL.Path == paths.wire && (asksWire || r.Method == http.MethodPost):
		d.serveWire(w, r)
	case r.URL.Path == paths.json && r.URL.Query().Has("name"):
		d.serveJSON(w, r)
	default:
		http.Error(w, "Bad Request", http.StatusBadRequest)
	}
}

// serveWire implements RFC 8484.
func (d doh) serveWire(w http.ResponseWriter, r *http.Request) {
	var query []byte
	var err error
	if r.Method == http.MethodPost {
		query, err = io.ReadAll(io.LimitReader(r.Body, 64<<10))
	} else {
		query, err = base64.RawURLEncoding.DecodeString(r.URL.Query().Get("dns"))
	}
	if err == nil {
		var reply []byte
		if reply, err = d.answer(query, clientIP(r)); err == nil {
			w.Header().Set("Content-Type", "application/dns-message")
			w.Header().Set("Content-Length", fmt.Sprint(len(reply)))
			w.Write(reply)
			return
		}
	}
	http.Error(w, "Bad Request", http.StatusBadRequest)
}

func (d doh) answer(query []byte, client string) ([]byte, error) {
	head, q, err := parseQuestion(query)
	if err != nil {
		return nil, err
	}
	return d.world.answerAsResolver(d.name, client, head, q)
}

// serveJSON implements the JSON format that both resolvers share.
func (d doh) serveJSON(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(r.URL.Query().Get("name"), ".")
	qtype, err := parseType(r.URL.Query().Get("type"))
	if err != nil || name == "" || len(name) > maxName {
		http.Error(w, `{"error":"Invalid query"}`, http.StatusBadRequest)
		return
	}
	a := d.world.Resolve(d.name, clientIP(r), name, qtype)
	body := map[string]any{
		"Status": int(a.RCode), "TC": false, "RD": true, "RA": true, "AD": false, "CD": false,
		"Question": []any{map[string]any{"name": name, "type": int(qtype)}},
	}
	var answers []any
	for _, record := range a.records(qtype) {
		answers = append(answers, map[string]any{"name": name, "type": int(qtype), "TTL": a.TTL, "data": presentation(record)})
	}
	if len(answers) > 0 {
		body["Answer"] = answers
	} else {
		body["Authority"] = []any{map[string]any{"name": strings.TrimSuffix(a.Zone, "."), "type": 6, "TTL": a.SOATTL,
			"data": presentation(a.soa())}}
	}
	reply, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	contentType := "application/dns-json"
	if d.name == "dns.google" {
		contentType = "application/json; charset=UTF-8"
	}
	w.Header().Set("Content-Type", contentType)
	w.Write(reply)
}

func parseType(text string) (dnsmessage.Type, error) {
	named := map[string]dnsmessage.Type{"": 1, "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "TXT": 16, "AAAA": 28, "SRV": 33, "HTTPS": 65}
	if t, ok := named[strings.ToUpper(text)]; ok {
		return t, nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	return dnsmessage.Type(n), err
}
