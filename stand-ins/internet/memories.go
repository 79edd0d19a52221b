package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// memoryDocument is a resolver's memory of one name as the control API reads and writes it.
type memoryDocument struct {
	NXDomainSeconds int    `json:"nxdomainSeconds,omitempty"`
	Address         string `json:"address,omitempty"`
}

// maxMemorySeconds is a week: longer than any resolver keeps anything.
const maxMemorySeconds = 7 * 24 * 3600

func (d memoryDocument) memory(now time.Time) (Memory, error) {
	switch {
	case d.Address != "" && d.NXDomainSeconds == 0:
		addr, err := netip.ParseAddr(d.Address)
		return Memory{Addr: addr}, err
	case d.Address == "" && d.NXDomainSeconds > 0 && d.NXDomainSeconds <= maxMemorySeconds:
		return Memory{Until: now.Add(time.Duration(d.NXDomainSeconds) * time.Second)}, nil
	default:
		return Memory{}, errors.New("either nxdomainSeconds or address")
	}
}

func (m Memory) document(now time.Time) memoryDocument {
	if m.Addr.IsValid() {
		return memoryDocument{Address: m.Addr.String()}
	}
	// The last second begun still counts: 0 would look like nothing remembered.
	return memoryDocument{NXDomainSeconds: int((m.Until.Sub(now) + time.Second - 1) / time.Second)}
}

func (c control) resolvers(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, c.world.Memories())
}

func (c control) remember(w http.ResponseWriter, r *http.Request) {
	var document memoryDocument
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&document)
	var m Memory
	if err == nil {
		m, err = document.memory(time.Now())
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

// onResolver acts under the lock on the resolver and the name in the path.
func (c control) onResolver(w http.ResponseWriter, r *http.Request, act func(via, host string)) {
	via, host := r.PathValue("resolver"), canonical(r.PathValue("host"))
	if len(host) > maxName {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "no name is that long"})
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

// Memories is what every resolver would say whatever the zones say, by its name and the host's.
func (w *World) Memories() map[string]map[string]memoryDocument {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	all := map[string]map[string]memoryDocument{}
	for via, memory := range w.resolvers {
		all[via] = map[string]memoryDocument{}
		for host, m := range memory {
			if m.holds(now) {
				all[via][host] = m.document(now)
			}
		}
	}
	return all
}
