// The official Go library, asked from outside: one JSON request a line on standard input, one answer a line
// on standard output.
//
//	{"op":"decode","type":"user","token":"ey...","seed":"SA..."}    what the token says, what is wrong with it,
//	                                                                 and the same claims signed by that seed
//	{"op":"encode","type":"user","payload":"{...}","seed":"SA..."}  a token of these claims
//	{"op":"private","seed":"SU..."}                                 the seed's private key, as payload
//	{"op":"creds","payload":"-----BEGIN..."}                        the token of a creds file, and as payload the
//	                                                                 public key of its seed
//	{"op":"fields","type":"user"}                                   the fields that such a token may have
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

type request struct {
	Op      string `json:"op"`
	Type    string `json:"type"`
	Token   string `json:"token"`
	Payload string `json:"payload"`
	Seed    string `json:"seed"`
}

type issue struct {
	Severity string `json:"severity"`
	Text     string `json:"text"`
}

type answer struct {
	Refused    string   `json:"refused"`    // why it does not read the token or the payload
	Unwritable string   `json:"unwritable"` // why it does not write what it has read
	Payload    string   `json:"payload"`    // the claims as it writes them
	Token      string   `json:"token"`
	Issues     []issue  `json:"issues"`
	Fields     []string `json:"fields"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	requests := json.NewDecoder(bufio.NewReader(in))
	buffer := bufio.NewWriter(out)
	answers := json.NewEncoder(buffer)
	for {
		var r request
		if err := requests.Decode(&r); err == io.EOF {
			return buffer.Flush()
		} else if err != nil {
			return err
		}
		a, err := respond(r)
		if err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// An error means that the request makes no sense, not that a token is bad.
func respond(r request) (answer, error) {
	if r.Op == "private" {
		return privateKey(r.Seed)
	}
	if r.Op == "creds" {
		return parseCreds(r.Payload)
	}
	claims, err := emptyClaims(r.Type)
	if err != nil {
		return answer{}, err
	}
	switch r.Op {
	case "decode":
		return decode(r)
	case "encode":
		if err := json.Unmarshal([]byte(r.Payload), claims); err != nil {
			return answer{Refused: err.Error()}, nil
		}
		var a answer
		return a, a.sign(claims, r.Seed)
	case "fields":
		return answer{Fields: fieldsOf(reflect.TypeOf(claims), "")}, nil
	}
	return answer{}, fmt.Errorf("unknown op %q", r.Op)
}

func privateKey(seed string) (answer, error) {
	pair, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return answer{}, err
	}
	text, err := pair.PrivateKey()
	return answer{Payload: string(text)}, err
}

func parseCreds(file string) (answer, error) {
	token, err := jwt.ParseDecoratedJWT([]byte(file))
	if err != nil {
		return answer{Refused: err.Error()}, nil
	}
	pair, err := jwt.ParseDecoratedUserNKey([]byte(file))
	if err != nil {
		return answer{Refused: err.Error()}, nil
	}
	public, err := pair.PublicKey()
	return answer{Token: token, Payload: public}, err
}

func emptyClaims(kind string) (jwt.Claims, error) {
	switch kind {
	case "operator":
		return &jwt.OperatorClaims{}, nil
	case "account":
		return &jwt.AccountClaims{}, nil
	case "user":
		return &jwt.UserClaims{}, nil
	case "activation":
		return &jwt.ActivationClaims{}, nil
	case "authorization_request":
		return &jwt.AuthorizationRequestClaims{}, nil
	case "authorization_response":
		return &jwt.AuthorizationResponseClaims{}, nil
	case "generic":
		return &jwt.GenericClaims{}, nil
	}
	return nil, fmt.Errorf("unknown type %q", kind)
}

func decode(r request) (answer, error) {
	claims, err := load(r.Type, r.Token)
	if err != nil {
		return answer{Refused: err.Error()}, nil
	}
	var a answer
	if payload, err := json.Marshal(claims); err != nil {
		a.Unwritable = err.Error()
	} else {
		a.Payload = string(payload)
	}
	if r.Seed != "" {
		if err := a.sign(claims, r.Seed); err != nil {
			return answer{}, err
		}
	}
	a.Issues = validate(claims) // last, for it writes what was left out of a trace into the claims
	return a, nil
}

func load(kind, token string) (jwt.Claims, error) {
	// Decode takes every token of a type of one's own for one of version 1.
	if kind == "generic" {
		return jwt.DecodeGeneric(token)
	}
	claims, err := jwt.Decode(token)
	if err != nil {
		return nil, err
	}
	if string(claims.ClaimType()) != kind {
		return nil, errors.New("of type " + string(claims.ClaimType()))
	}
	return claims, nil
}

func (a *answer) sign(claims jwt.Claims, seed string) error {
	pair, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return err
	}
	token, err := claims.Encode(pair)
	if err != nil {
		a.Unwritable = err.Error()
	}
	a.Token = token
	return nil
}

func validate(claims jwt.Claims) []issue {
	results := jwt.CreateValidationResults()
	claims.Validate(results)
	var issues []issue
	for _, i := range results.Issues {
		severity := "warning"
		if i.Blocking {
			severity = "error"
		} else if i.TimeCheck {
			severity = "time"
		}
		issues = append(issues, issue{severity, i.Description})
	}
	return issues
}

// Paths like "nats/imports/subject"; "*" stands for any key of a map, and lists are passed through.
func fieldsOf(t reflect.Type, path string) []string {
	if t == reflect.TypeOf(jwt.SigningKeys{}) { // an interface, written as a list
		return fieldsOf(reflect.TypeOf(jwt.UserScope{}), path)
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return fieldsOf(t.Elem(), path)
	case reflect.Map:
		return append([]string{path + "/*"}, fieldsOf(t.Elem(), path+"/*")...)
	case reflect.Struct:
		return fieldsOfStruct(t, path)
	}
	return nil
}

func fieldsOfStruct(t reflect.Type, path string) []string {
	var fields []string
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" { // embedded
			fields = append(fields, fieldsOf(field.Type, path)...)
			continue
		}
		fields = append(fields, path+"/"+name)
		fields = append(fields, fieldsOf(field.Type, path+"/"+name)...)
	}
	return fields
}
