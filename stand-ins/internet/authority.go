package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// CertificateAuthority survives a restart, as real ones do, so programs can keep its certificate.
// Its key is in a folder that no other container mounts.
type CertificateAuthority struct {
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
	folder string // of its certificate file, to which others may be appended

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// NewCertificateAuthority generates the key and its self-signed certificate.
func NewCertificateAuthority(name string) (*CertificateAuthority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: name, Organization: []string{"Sidelink stand-in"}},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(30 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &CertificateAuthority{cert: cert, key: key, leaves: map[string]*tls.Certificate{}}, err
}

// OpenCertificateAuthority loads the authority from the two folders, or creates a new one there.
func OpenCertificateAuthority(name, publicFolder, keyFolder string) (*CertificateAuthority, error) {
	keyFile := filepath.Join(keyFolder, "ca-key.pem")
	pair, err := tls.LoadX509KeyPair(filepath.Join(publicFolder, "ca.pem"), keyFile)
	if key, ok := pair.PrivateKey.(*ecdsa.PrivateKey); err == nil && ok && time.Until(pair.Leaf.NotAfter) > 24*time.Hour {
		return &CertificateAuthority{cert: pair.Leaf, key: key, folder: publicFolder, leaves: map[string]*tls.Certificate{}}, nil
	}
	ca, err := NewCertificateAuthority(name)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(ca.key)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return nil, err
	}
	ca.folder = publicFolder
	return ca, ca.WriteTo(publicFolder)
}

// PEM returns the public certificate.
func (a *CertificateAuthority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Bundle returns all certificates that programs of this internet trust. Other authorities, such as
// the one for domains, append theirs to the file.
func (a *CertificateAuthority) Bundle() []byte {
	if bundle, err := os.ReadFile(filepath.Join(a.folder, "ca.pem")); err == nil {
		return bundle
	}
	return a.PEM()
}

// WriteTo writes the certificate for tests and containers, atomically, so that no program reads
// half of it.
func (a *CertificateAuthority) WriteTo(folder string) error {
	temporary := filepath.Join(folder, ".ca.pem")
	if err := os.WriteFile(temporary, a.PEM(), 0o644); err != nil {
		return err
	}
	if err := os.Chmod(temporary, 0o644); err != nil { // independent of the umask
		return err
	}
	return os.Rename(temporary, filepath.Join(folder, "ca.pem"))
}

// Leaf returns a certificate for a name, a wildcard or an IP address.
func (a *CertificateAuthority) Leaf(name string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if leaf := a.leaves[name]; leaf != nil {
		return leaf, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: a.cert.NotAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	a.leaves[name] = leaf
	return leaf, nil
}

// certificateName returns the name on the certificate that the real server has for an SNI.
func certificateName(hello *tls.ClientHelloInfo) string {
	sni := strings.ToLower(hello.ServerName)
	switch {
	case sni == "":
		ip, _, _ := net.SplitHostPort(hello.Conn.LocalAddr().String())
		return ip
	case strings.HasSuffix(sni, ".trycloudflare.com"):
		return "*.trycloudflare.com"
	default:
		return sni
	}
}
