package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"sidelink/stand-ins/internal/wire"
)

// isNgrok reports whether a name is below one of ngrok's domains.
func isNgrok(host string) bool {
	for _, zone := range []string{".ngrok-free.dev", ".ngrok-free.app", ".ngrok.app"} {
		if strings.HasSuffix(host, zone) {
			return true
		}
	}
	return false
}

// ngrokRefusals are the service's refusals by code, in ngrok's published text. %[1]s is the
// authtoken, %[2]s the URL. The beginning, "authentication failed" or "failed to start tunnel", is
// known from captures for 4018, 105, 108 and 334, and inferred for the others.
var ngrokRefusals = map[string]string{
	"4018": "authentication failed: This ngrok session is not authenticated. ngrok requires an account and a valid credential to start a session.\n\n" +
		"Sign up for an account: https://dashboard.ngrok.com/signup\nGet your credential: https://dashboard.ngrok.com/get-started/your-authtoken",
	"105": "authentication failed: The authtoken you specified does not look like a proper ngrok authtoken.\nYour authtoken: %[1]s\n" +
		"Instructions to install your authtoken are on your ngrok dashboard:\nhttps://dashboard.ngrok.com/get-started/your-authtoken",
	"107": "authentication failed: The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: %[1]s\nThis usually happens when:\n" +
		"    - You reset your authtoken\n    - Your authtoken was for a team account that you were removed from\n" +
		"    - You are using ngrok link and this credential was explicitly revoked\n" +
		"Go to your ngrok dashboard and double check that your authtoken is correct:\nhttps://dashboard.ngrok.com/get-started/your-authtoken",
	"108": "authentication failed: Your account is limited to 1 simultaneous ngrok agent sessions.\n" +
		"Run multiple endpoints at the same time from a single agent by defining them in your agent configuration file and running `ngrok start --all`.\n" +
		"Read more about the agent configuration file: https://ngrok.com/docs/agent/config/ \n" +
		"You can view your current agent sessions in the dashboard: https://dashboard.ngrok.com/agents. Upgrade to a paid plan to remove this limit:\n" +
		"https://dashboard.ngrok.com/billing/choose-a-plan",
	"121": `authentication failed: Your ngrok-agent version "3.39.6" is too old. The minimum supported agent version for your account is "3.50.0". ` +
		"Update to a newer version with 'ngrok update', by downloading from https://ngrok.com/download, or by updating your SDK version. " +
		"Paid accounts are currently excluded from minimum agent version requirements. To begin handling traffic immediately without updating your agent, " +
		"upgrade to a paid plan: https://dashboard.ngrok.com/billing/choose-a-plan.",
	"334": "failed to start tunnel: The endpoint '%[2]s' is already online. Either\n1. stop your existing endpoint first, or\n" +
		"2. start both endpoints with `--pooling-enabled` to load balance between them.",
	"15002": "failed to start tunnel: Your account is on the Free plan, which requires you to register a Domain or TCP Address through the ngrok Dashboard " +
		"before starting an Endpoint. Visit https://dashboard.ngrok.com/domains, for HTTP and TLS endpoints, or https://dashboard.ngrok.com/tcp-addresses, " +
		"for TCP endpoints, to register a domain or address. Then use the `--url` flag when starting an HTTP, TLS, or TCP endpoint with your Agent.",
	"725": "failed to start tunnel: " + ngrokBandwidth,
}

func ngrokRefusal(code, authtoken, url string) string {
	text := ngrokRefusals[code]
	if strings.Contains(text, "%[") {
		text = fmt.Sprintf(text+"%.0[1]s%.0[2]s", authtoken, url) // both arguments are used, also if the text has only one
	}
	return text + "\r\n\r\nERR_NGROK_" + code + "\r\n"
}

// ngrokService serves connect.ngrok-agent.com.
type ngrokService struct{ world *World }

// serveConn is one agent's session, after TLS.
func (n ngrokService) serveConn(raw *tls.Conn) {
	if n.world.Switches().EdgeRefuse {
		return
	}
	conn := newGatedConn(raw, n.world.gate)
	defer conn.Close()
	agent, err := openAgentConn(conn, wire.NgrokServerName)
	if err != nil {
		return
	}
	defer agent.end()
	m, err := agent.control.Receive()
	if err != nil || m.Session == nil {
		return
	}
	ip, _, _ := net.SplitHostPort(raw.RemoteAddr().String())
	s := n.world.Switches()
	endpoints := assign(m.Session.Endpoints, s.NgrokDomain)
	code, url := n.refuse(m.Session.Authtoken, endpoints, s)
	event := Event{Kind: "registration", Client: ip, Name: endpointNames(endpoints), Detail: "ngrok", Answer: code}
	n.world.Record(event)
	if code != "" {
		agent.control.Send(wire.Message{Refused: ngrokRefusal(code, m.Session.Authtoken, url)})
		agent.control.Receive() // the agent closes; closing first would lose the response
		return
	}
	for _, e := range endpoints {
		tunnel := n.world.ngrokTunnel(endpointHost(e.URL))
		connector := &Connector{ID: newUUID(), Connection: newUUID(), Protocol: "ngrok", IP: ip, Since: time.Now(), conn: conn, h2: agent.h2}
		n.world.attach(tunnel, connector)
		defer n.world.detach(tunnel, connector)
	}
	if agent.control.Send(wire.Message{Opened: &wire.Opened{Endpoints: endpoints, OldAPI: s.NgrokOldAgent}}) == nil {
		agent.control.Receive() // until either side ends
	}
}

// maxEndpoints is the free plan's limit for one agent.
const maxEndpoints = 3

// assign sets the account's domain on endpoints without a URL.
func assign(wanted []wire.Endpoint, domain string) []wire.Endpoint {
	var assigned []wire.Endpoint
	for _, e := range wanted[:min(len(wanted), maxEndpoints)] {
		host := endpointHost(e.URL)
		if host == "" {
			host = domain
		}
		assigned = append(assigned, wire.Endpoint{Name: e.Name, URL: "https://" + host})
	}
	return assigned
}

func endpointHost(url string) string {
	return canonical(strings.TrimSuffix(strings.TrimPrefix(url, "https://"), "/"))
}

func endpointNames(endpoints []wire.Endpoint) string {
	var names []string
	for _, e := range endpoints {
		names = append(names, endpointHost(e.URL))
	}
	return strings.Join(names, " ")
}

// authtokenForm matches a well-formed authtoken.
var authtokenForm = regexp.MustCompile(`^[A-Za-z0-9_]{20,}$`)

// refuse returns the error code if an agent may not serve, and the URL concerned; "" accepts it.
func (n ngrokService) refuse(authtoken string, endpoints []wire.Endpoint, s Switches) (code, url string) {
	for _, e := range endpoints {
		url = e.URL
	}
	switch {
	case s.NgrokAgent != "":
		return s.NgrokAgent, url
	case authtoken == "":
		return "4018", url
	case !authtokenForm.MatchString(authtoken):
		return "105", url
	}
	requested := map[string]bool{}
	for _, e := range endpoints {
		online := requested[e.URL]
		requested[e.URL] = true
		n.world.With(endpointHost(e.URL), func(t *Tunnel) { online = online || len(t.connectors) > 0 })
		switch {
		case !isNgrok(endpointHost(e.URL)):
			return "15002", e.URL
		case online:
			return "334", e.URL
		}
	}
	return "", ""
}

// ngrokTunnel returns the tunnel of a name, which it creates if necessary.
func (w *World) ngrokTunnel(host string) *Tunnel {
	var found *Tunnel
	if !w.With(host, func(t *Tunnel) { found = t }) {
		found = w.AddTunnel(host, nil)
		w.With(host, func(t *Tunnel) { t.Provider = "ngrok" })
	}
	return found
}
