package main

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// control is the API for tests, plain JSON on a separate port:
//
//	GET    /healthz                     the process serves
//	GET    /switches                    all switches
//	PATCH  /switches                    change the given ones
//	POST   /reset                       switches, caches and logs as at the start
//	GET    /tunnels                     hostnames with their connectors
//	GET    /named                       the named tunnel that always exists: its token and id
//	POST   /tunnels                     {"hostname","config"}: another named tunnel; returns its token
//	POST   /tunnels/{host}/drop         close its connections now
//	POST   /tunnels/{host}/forget       drop, no DNS record, 1016 from now on
//	PUT    /tunnels/{host}/takeover     another server answers: {"status","headers","body"}
//	DELETE /tunnels/{host}/takeover
//	GET    /resolvers                   what each resolver has cached
//	PUT    /resolvers/{resolver}/names/{host}    {"nxdomainSeconds":1800} or {"address":"198.51.100.66"}
//	DELETE /resolvers/{resolver}/names/{host}
//	GET    /log?kind=dns|quick|registration|visit
//	DELETE /log
//	GET    /ca.pem
type control struct {
	world *World
	ca    *CertificateAuthority
}

func (c control) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /ca.pem", func(w http.ResponseWriter, _ *http.Request) { w.Write(c.ca.Bundle()) })
	mux.HandleFunc("GET /switches", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, c.world.Switches())
	})
	mux.HandleFunc("PATCH /switches", c.patch)
	mux.HandleFunc("POST /reset", func(w http.ResponseWriter, _ *http.Request) {
		c.world.Reset()
		writeJSON(w, http.StatusOK, c.world.Switches())
	})
	mux.HandleFunc("GET /tunnels", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, c.world.Tunnels())
	})
	mux.HandleFunc("POST /tunnels", c.create)
	mux.HandleFunc("GET /named", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"id": c.world.named.ID, "token": c.world.named.token()})
	})
	mux.HandleFunc("POST /tunnels/{host}/drop", c.onTunnel(drop))
	mux.HandleFunc("POST /tunnels/{host}/forget", c.onTunnel(func(t *Tunnel, _ *Page) {
		t.Forgotten = true
		drop(t, nil)
	}))
	mux.HandleFunc("PUT /tunnels/{host}/takeover", c.onTunnel(func(t *Tunnel, p *Page) { t.Takeover = p }))
	mux.HandleFunc("DELETE /tunnels/{host}/takeover", c.onTunnel(func(t *Tunnel, _ *Page) { t.Takeover = nil }))
	mux.HandleFunc("GET /resolvers", c.resolvers)
	mux.HandleFunc("PUT /resolvers/{resolver}/names/{host}", c.remember)
	mux.HandleFunc("DELETE /resolvers/{resolver}/names/{host}", c.forget)
	mux.HandleFunc("GET /log", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, c.world.Events(r.URL.Query().Get("kind")))
	})
	mux.HandleFunc("DELETE /log", func(w http.ResponseWriter, _ *http.Request) {
		c.world.ForgetEvents()
		w.WriteHeader(http.StatusNoContent)
	})
	return http.MaxBytesHandler(mux, maxDocument)
}

// maxDocument is the maximum size of a test's request.
const maxDocument = 1 << 20

func (c control) patch(w http.ResponseWriter, r *http.Request) {
	document, err := io.ReadAll(r.Body)
	if err == nil {
		var next Switches
		if next, err = c.world.Patch(document); err == nil {
			writeJSON(w, http.StatusOK, next)
			return
		}
	}
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

// create adds a tunnel that the edge manages, and returns the token for `cloudflared tunnel run`.
func (c control) create(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Hostname string          `json:"hostname"`
		Config   json.RawMessage `json:"config"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || request.Hostname == "" {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "hostname is missing"})
		return
	}
	t := c.world.AddTunnel(request.Hostname, request.Config)
	c.world.With(request.Hostname, func(t *Tunnel) { now := time.Now(); t.Published, t.version = &now, 1 })
	writeJSON(w, http.StatusCreated, map[string]string{"id": t.ID, "hostname": t.Hostname, "token": t.token()})
}

// onTunnel applies an action to the tunnel in the path; an optional body is a Page.
func (c control) onTunnel(act func(*Tunnel, *Page)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page := &Page{}
		if err := json.NewDecoder(r.Body).Decode(page); err != nil && err != io.EOF {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		if !c.world.With(r.PathValue("host"), func(t *Tunnel) { act(t, page) }) {
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such tunnel"})
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// drop closes connections so that the other side notices at once. For a silent loss use the switch
// edgeSilent.
func drop(t *Tunnel, _ *Page) {
	for _, connector := range t.connectors {
		go connector.conn.Close() // TLS's close alert can wait for the network
	}
}
