// A program in an image that has nothing else: no shell, no curl.
package main

import (
	"fmt"
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<!doctype html><h1>Go works</h1>")
	})
	log.Fatal(http.ListenAndServe(":3000", nil))
}
