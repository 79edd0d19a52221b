package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// cacheDocument is a resolver's cache entry of one name as the control API reads and writes it.
type cacheDocument struct {
	NXDomainSeconds int    `json:"nxdomainSeconds,omitempty"`
	Address         string `json:"address,omitempty"`
}

// maxCacheSeconds is a week, longer than any resolver caches an entry.
const maxCacheSeconds = 7 * 24 * 3600

func (d cacheDocument) entry(now time.Time) (CacheEntry, error) {
	switch {
	case d.Address != "" && d.NXDomainSeconds == 0:
		addr, err := netip.ParseAddr(d.Address)
		return CacheEntry{Addr: addr}, err
	case d.Address == "" && d.NXDomainSeconds > 0 && d.NXDomainSeconds <= maxCacheSeconds:
		return CacheEntry{Until: now.Add(time.Duration(d.NXDomainSeconds) * time.Second)}, nil
	default:
		return CacheEntry{}, errors.New("either nxdomainSeconds or address")
	}
}

func (m CacheEntry) document(now time.Time) cacheDocument {
	if m.Addr.IsValid() {
		return cacheDocument{Address: m.Addr.String()}
	}
	// Rounded up, because 0 would mean no entry.
	return cacheDocument{NXDomainSeconds: int((m.Until.Sub(now) + time.Second - 1) / time.Second)}
}

func (c control) resolvers(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, c.world.Cached())
}

func (c control) remember(w http.ResponseWriter, r *http.Request) {
	var document cacheDocument
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&document)
	var m CacheEntry
	if err == nil {
		m, err = document.entry(time.Now())
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	c.onResolver(w, r, func(via, host string) { c.world.remember(via, host, m) })
}

func (c control) forget(w http.ResponseWriter, r *http.Request) {
	c.onResolver(w, r, func(via, host string) { delete(c.world.resolver(via), host) })
}

// onResolver runs act under the lock, for the resolver and the name in the path.
func (c control) onResolver(w http.ResponseWriter, r *http.Request, act func(via, host string)) {
	via, host := r.PathValue("resolver"), canonical(r.PathValue("host"))
	if len(host) > maxName {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "the name is too long"})
		return
	}
	if !slices.Contains(resolverNames, via) {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such resolver"})
		return
	}
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	act(via, host)
	w.WriteHeader(http.StatusNoContent)
}

// Cached returns the cache of every resolver, by the resolver's name and the host's.
func (w *World) Cached() map[string]map[string]cacheDocument {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	all := map[string]map[string]cacheDocument{}
	for via, cache := range w.resolvers {
		all[via] = map[string]cacheDocument{}
		for host, m := range cache {
			if m.isCurrent(now) {
				all[via][host] = m.document(now)
			}
		}
	}
	return all
}
