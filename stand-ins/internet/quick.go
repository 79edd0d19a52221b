package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
)

// quickAPI is the quick service's name; it always exists in DNS.
const quickAPI = "api.trycloudflare.com"

var words = strings.Fields(`amber anchor autumn basin beacon birch cabin candle canyon cedar cliff
	clover comet coral cove delta ember fable falcon fern fjord forest garnet glacier grove harbor
	hazel heron indigo island ivory jasper juniper kettle lagoon lantern laurel maple meadow mesa
	north oasis orchard pebble pine plateau prairie quartz raven reef ridge river saffron sage sierra
	summit thistle timber tundra valley violet walnut willow winter zephyr`)

// newHostname returns four words, as the real service does. There too a word can repeat.
func newHostname() string {
	four := make([]string, 4)
	for i := range four {
		four[i] = words[rand.IntN(len(words))]
	}
	return strings.Join(four, "-") + ".trycloudflare.com"
}

// quickService answers POST /tunnel.
type quickService struct{ world *World }

func (q quickService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/tunnel" {
		http.NotFound(w, r)
		return
	}
	answer := q.world.Switches().QuickAnswer
	event := Event{Kind: "quick", Client: clientIP(r), Name: quickAPI, Answer: answer}
	defer func() { q.world.Record(event) }()
	w.Header().Set("Server", "cloudflare")
	if answer != "" {
		q.fail(w, r, answer)
		return
	}
	t := q.world.AddTunnel(newHostname(), nil)
	event.Answer = t.Hostname
	writeJSON(w, http.StatusOK, map[string]any{
		"success": true,
		"result": map[string]any{"id": t.ID, "name": "", "hostname": t.Hostname,
			"account_tag": "", "secret": t.Secret},
		"errors": []any{}, "messages": []any{},
	})
}

// fail imitates one of the observed failures of the real service.
func (q quickService) fail(w http.ResponseWriter, r *http.Request, how string) {
	text := func(status int, contentType, body string) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
	switch how {
	case "429":
		edge{q.world}.visit(quickAPI).errorPage(w, r, 1015)
	case "500":
		text(500, "text/html", "<html><body>Internal Server Error</body></html>")
	case "500-empty":
		w.WriteHeader(500)
	case "refused":
		writeJSON(w, 400, map[string]any{"success": false, "result": nil,
			"errors": []any{map[string]any{"code": 1101, "message": "refused by the stand-in"}}})
	case "close":
		panic(http.ErrAbortHandler)
	case "hang":
		hang(r)
	default: // "garbage"
		text(200, "text/plain", "this is not JSON")
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)+1))
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
}
