package main

import (
	"io"
	"net/http"
	"strings"

	"sidelink/stand-ins/internal/wire"
)

// maxHeld is the maximum size of a held event stream; the rest is lost.
const maxHeld = 16 << 20

// relay sends the body piece by piece, or as a whole at its end with hold.
func relay(w http.ResponseWriter, resp *http.Response, hold bool) error {
	if hold {
		all, err := io.ReadAll(io.LimitReader(resp.Body, maxHeld))
		if err != nil {
			return err
		}
		w.WriteHeader(resp.StatusCode)
		_, err = w.Write(all)
		return err
	}
	w.WriteHeader(resp.StatusCode)
	flusher := http.NewResponseController(w)
	flusher.Flush()
	buf := make([]byte, 32<<10)
	for {
		n, err := resp.Body.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			flusher.Flush()
		}
		if err == io.EOF {
			for k, values := range resp.Trailer {
				w.Header()[http.TrailerPrefix+k] = values
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (v *visit) copyHead(w http.ResponseWriter, resp *http.Response) {
	removeHopByHop(resp.Header)
	for k, values := range resp.Header {
		switch k {
		case wire.MetaHeader:
		default:
			w.Header()[k] = values
		}
	}
	v.by.response(v, w.Header())
}

func removeHopByHop(h http.Header) {
	for _, named := range strings.Split(h.Get("Connection"), ",") {
		if named = strings.TrimSpace(named); named != "" {
			h.Del(named)
		}
	}
	for _, k := range []string{"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding",
		"Upgrade", "Te", "Trailer"} {
		h.Del(k)
	}
}

// statusRecorder records the status for the log.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusRecorder) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController access to the real writer.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }
