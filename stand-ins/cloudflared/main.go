// Command cloudflared stands in for cloudflare/cloudflared 2026.8.2 on test machines where the real
// one is not available: same flags, environment, file, messages, exit codes and metrics server, as
// far as they are recorded. It connects only to the stand-in for the edge.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

const version = "2026.8.2"

const notQuick = `You did not specify any valid additional argument to the cloudflared tunnel command.

If you are trying to run a Quick Tunnel then you need to explicitly pass the --url flag.
Eg. cloudflared tunnel --url localhost:8080/.

Please note that Quick Tunnels are meant to be ephemeral and should only be used for testing purposes.
For production usage, we recommend creating Named Tunnels. (https://developers.cloudflare.com/cloudflare-one/connections/connect-apps/install-and-setup/tunnel-guide/)
`

// metricsStart is the minimum lifetime of the metrics server: an earlier stop waits for it.
const metricsStart = 500 * time.Millisecond

func main() {
	o, err := parseOptions(os.Args[1:], os.Getenv)
	if err == nil {
		err = run(o)
	}
	var usage *usageError
	var token *tokenError
	switch {
	case errors.As(err, &usage):
		usage.explain(os.Stdout)
	case errors.Is(err, errUnreadableEnvironment):
	case errors.As(err, &token):
		fmt.Fprintf(os.Stderr, "%s\nSee 'cloudflared tunnel run --help'.\n", err)
		os.Exit(255)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(o *Options) error {
	if _, ok := o.explicit["version"]; ok {
		o.Command = "version"
	}
	switch o.Command {
	case "version":
		if _, short := o.explicit["short"]; short {
			fmt.Println(version)
			return nil
		}
		fmt.Printf("cloudflared version %s (built for tests: a stand-in)\n", version)
		return nil
	case "tunnel ready":
		return ready(o)
	case "tunnel run":
		return runNamed(o)
	case "tunnel ingress validate":
		return validateIngress(o)
	case "tunnel ingress rule":
		return showRule(o)
	default:
		return runQuick(o)
	}
}

// runQuick requests a hostname first. Until it has one, the runtime handles signals, so a stop
// during a hanging request kills the process at once.
func runQuick(o *Options) error {
	if !o.isSet("url") && !o.isSet("hello-world") {
		return errors.New(notQuick)
	}
	log := NewLogger(os.Stderr, o.get("loglevel"), o.get("output"))
	tunnel, err := requestQuickTunnel(log, o.get("quick-service"))
	if err != nil {
		return err
	}
	announce(log, tunnel.Hostname)
	if !o.isSet("protocol") {
		o.override("protocol", protocolQUIC) // forced: never a fallback
	}
	o.override("ha-connections", "1")
	return serve(o, log, tunnel, buildIngress)
}

func runNamed(o *Options) error {
	tunnel, err := namedTunnel(o)
	if err != nil {
		return err
	}
	log := NewLogger(os.Stderr, o.get("loglevel"), o.get("output"))
	log.Info("Starting tunnel", Fields{"tunnelID": tunnel.ID})
	return serve(o, log, tunnel, func(*Options) ([]*Rule, error) {
		if !o.isSet("token") {
			log.Warn(nil, "No ingress rules were defined in provided config (if any) nor from the cli, cloudflared will return 503 for all incoming HTTP requests", nil)
		}
		return []*Rule{{Status: http.StatusServiceUnavailable, Text: "http_status:503"}}, nil
	})
}

// serve runs the tunnel once the hostname is known: settings, metrics server, edge, stop.
func serve(o *Options, log *Logger, tunnel Tunnel, ingress func(*Options) ([]*Rule, error)) error {
	introduce(o, log)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	status := &Status{tunnel: tunnel, connectorID: newConnectorID(), configVersion: -1,
		byCode: map[int]int{}, options: o, log: log}
	supervisor, grace, err := prepare(o, log, status, ingress)
	if err != nil {
		log.Error(err, "Couldn't start tunnel", nil)
		return err
	}
	status.icmp = icmpSources(log)
	listener, err := listenMetrics(o.get("metrics"))
	if err != nil {
		log.Error(err, "Error opening metrics server listener", nil)
		return fmt.Errorf("Error opening metrics server listener: %w", err)
	}
	icmpSources(log)
	log.Info(fmt.Sprintf("Starting metrics server on %s/metrics", listener.Addr()), nil)
	metricsUp := time.After(metricsStart)
	go http.Serve(listener, status.handler())
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- supervisor.Run(ctx) }()
	select {
	case err := <-done:
		log.Info("Tunnel server stopped", nil)
		log.Error(err, "Initiating shutdown", nil)
		<-metricsUp
		log.Info("Metrics server stopped", nil)
		return err
	case got := <-signals:
		signal.Reset() // a second signal kills at once
		log.Info(fmt.Sprintf("Initiating graceful shutdown due to signal %s ...", got), nil)
	}
	close(supervisor.stopping)
	select {
	case <-done:
		log.Info("Tunnel server stopped", nil)
		<-metricsUp
		log.Info("Metrics server stopped", nil)
	case <-time.After(grace):
		cancel()
		<-metricsUp
		log.Info("Metrics server stopped", nil)
		<-done
		log.Info("Tunnel server stopped", nil)
	}
	return nil
}

// introduce logs the program's version and settings.
func introduce(o *Options, log *Logger) {
	if o.File.Path == "" && !o.isSet("token") {
		log.Info(noConfigFile, nil)
	}
	log.Info(fmt.Sprintf("Version %s (Checksum %s)", version, checksum()), nil)
	log.Info(fmt.Sprintf("GOOS: %s, GOVersion: %s, GoArch: %s", runtime.GOOS, runtime.Version(), runtime.GOARCH), nil)
	for _, line := range []string{o.settingsLine(), environmentLine()} {
		if line != "" {
			log.Info(line, nil)
		}
	}
	if o.get("no-autoupdate") != "true" {
		log.Info("Autoupdate frequency is set", Fields{"autoupdateFreq": (24 * time.Hour).Milliseconds()})
	}
}

// prepare checks the settings, in the real program's order.
func prepare(o *Options, log *Logger, status *Status, ingress func(*Options) ([]*Rule, error)) (*Supervisor, time.Duration, error) {
	log.Info("Generated Connector ID: "+status.connectorID, nil)
	var err error
	if status.rules, err = ingress(o); err != nil {
		return nil, 0, err
	}
	switch protocol := o.get("protocol"); protocol {
	case "auto", protocolQUIC, protocolHTTP2:
	case "h2mux":
		log.Warn(nil, "h2mux is no longer a supported protocol: upgrading edge connection to http2. Please remove '--protocol h2mux' from runtime arguments to remove this warning.", nil)
		o.values["protocol"] = protocolHTTP2
	default:
		return nil, 0, fmt.Errorf("unknown protocol %s, Available protocols: 'auto' - automatically chooses the best protocol over time (the default; and also the recommended one); 'quic' - based on QUIC, relying on UDP egress to Cloudflare edge; 'http2' - using Go's HTTP2 library, relying on TCP egress to Cloudflare edge", protocol)
	}
	supervisor := NewSupervisor(o, log, status, status.tunnel)
	log.Info("Initial protocol "+supervisor.protocol, nil)
	grace, err := o.gracePeriod()
	return supervisor, grace, err
}

func newConnectorID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func checksum() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	content, _ := os.ReadFile(path)
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
