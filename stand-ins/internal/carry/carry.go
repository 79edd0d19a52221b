// Package carry moves bodies and WebSockets from an agent's origin to the edge.
package carry

import (
	"io"
	"net/http"
)

// Body copies a response piece by piece; with flush it sends each piece at once.
func Body(w http.ResponseWriter, body io.Reader, flush bool) error {
	buf := make([]byte, 16<<10)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			if flush {
				w.(http.Flusher).Flush()
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Both copies a WebSocket in both directions until either side ends.
func Both(w http.ResponseWriter, r *http.Request, origin io.ReadWriteCloser) {
	w.(http.Flusher).Flush()
	done := make(chan struct{}, 2)
	go func() {
		io.Copy(origin, r.Body)
		done <- struct{}{}
	}()
	go func() {
		Body(w, origin, true)
		done <- struct{}{}
	}()
	<-done
	origin.Close()
	r.Body.Close()
	<-done // the writer must not outlive the handler
}
