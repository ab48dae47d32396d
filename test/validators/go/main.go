// What crypto/x509 says of chains: one JSON object per line comes in, one per line goes out, in the same order.
//
//	in:  {"anchors":["<base64 of DER>"],"intermediates":[...],"leaf":"...","seconds":1768478400}
//	out: {"accepted":false,"says":"x509: certificate signed by unknown authority"}
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type chain struct {
	Anchors       [][]byte
	Intermediates [][]byte
	Leaf          []byte
	Seconds       int64
}

type verdict struct {
	Accepted bool   `json:"accepted"`
	Says     string `json:"says"`
}

// What a server does with `ClientAuth: tls.RequireAndVerifyClientCert`. Verify of some versions panics for a key of an
// unknown algorithm (CVE-2024-24783).
func judge(question chain) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	roots, err := pool(question.Anchors)
	if err != nil {
		return err
	}
	intermediates, err := pool(question.Intermediates)
	if err != nil {
		return err
	}
	leaf, err := x509.ParseCertificate(question.Leaf)
	if err != nil {
		return err
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   time.Unix(question.Seconds, 0),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err
}

// A server fails the handshake when it cannot read one of the certificates, be it needed or not.
func pool(certificates [][]byte) (*x509.CertPool, error) {
	all := x509.NewCertPool()
	for _, der := range certificates {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		all.AddCert(certificate)
	}
	return all, nil
}

func main() {
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	answers := json.NewEncoder(out)
	for in.More() {
		var question chain
		if err := in.Decode(&question); err != nil {
			panic(err)
		}
		answer := verdict{Accepted: true}
		if err := judge(question); err != nil {
			answer = verdict{Says: err.Error()}
		}
		if err := answers.Encode(answer); err != nil {
			panic(err)
		}
	}
}
