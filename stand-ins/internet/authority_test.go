package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestTheAuthoritySurvivesARestart(t *testing.T) {
	public, private := t.TempDir(), t.TempDir()
	open := func() *CertificateAuthority {
		ca, err := OpenCertificateAuthority("test", public, private)
		if err != nil {
			t.Fatal(err)
		}
		return ca
	}
	first := open()
	if second := open(); !bytes.Equal(first.PEM(), second.PEM()) {
		t.Error("a restart created another authority")
	}
	if err := os.Remove(filepath.Join(private, "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	if third := open(); bytes.Equal(first.PEM(), third.PEM()) {
		t.Error("an authority without its key was kept")
	}
}
