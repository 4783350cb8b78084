// Asks nats-provisioner for credentials, or has them renewed. docs/provisioning.md says what goes over the wire, and
// why ("A requester in another language").
//
//	requester access SERVER REQUESTER.creds NAME FILE.creds [KIND=TOKENFILE]
//	requester renew SERVER FILE.creds [KIND=TOKENFILE]
//
// KIND=TOKENFILE is a proof of identity: oidc=token.jwt. Needs NATS's jwt/v2, nkeys and nats.go.
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

const (
	prefix   = "chat.req"
	attempts = 3
	timeout  = 5 * time.Second
)

// What went wrong ends the program.
func check(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func checked[T any](value T, err error) T {
	check(err, "failed")
	return value
}

// ---- creds files

type credentials struct {
	file, token string
	user        *jwt.UserClaims
	key         nkeys.KeyPair
}

func load(file string) credentials {
	text := checked(os.ReadFile(file))
	token, err := jwt.ParseDecoratedJWT(text)
	check(err, file)
	user, err := jwt.DecodeUserClaims(token)
	check(err, file)
	key, err := jwt.ParseDecoratedUserNKey(text)
	check(err, file)
	return credentials{file, token, user, key}
}

// Whole or not at all, and for nobody else's eyes.
func save(file, token string, key nkeys.KeyPair) {
	text := checked(jwt.FormatUserConfig(token, checked(key.Seed())))
	out := checked(os.CreateTemp(filepath.Dir(file), ".requester-*")) // of mode 0600
	_, err := out.Write(text)
	check(errors.Join(err, out.Sync(), out.Close(), os.Rename(out.Name(), file)), file)
}

func accountOf(user *jwt.UserClaims) string {
	if user.IssuerAccount != "" {
		return user.IssuerAccount
	}
	return user.Issuer
}

// The private inbox, unless these credentials are only allowed another one.
func inboxOf(user *jwt.UserClaims) string {
	own := "_INBOX_." + user.Subject
	if allowed := user.Sub.Allow; len(allowed) == 0 || allowed.Contains(own+".>") {
		return own
	}
	return "_INBOX"
}

// ---- a request, and what its reply is worth

type fields = map[string]any

// A token of these fields, signed by the key that it is about.
func requestOf(what, name string, key nkeys.KeyPair, body fields, proof string) []byte {
	nonce := make([]byte, 16)
	rand.Read(nonce)
	body["type"], body["nonce"] = what+"_request", base64.RawURLEncoding.EncodeToString(nonce)
	if kind, file, given := strings.Cut(proof, "="); given {
		token := strings.TrimSpace(string(checked(os.ReadFile(file))))
		body["identity"] = fields{"kind": kind, "token": token}
	}
	claims := jwt.NewGenericClaims(checked(key.PublicKey()))
	claims.Name, claims.Audience, claims.Data = name, prefix+"."+what, body
	return []byte(checked(claims.Encode(key)))
}

// To the subject that says who asks; where nobody serves that, or it is not allowed, to the one that does not.
func send(server string, creds credentials, what string, body []byte) []byte {
	forbidden := make(chan error, 8)
	connection, err := nats.Connect(server, nats.UserCredentials(creds.file),
		nats.CustomInboxPrefix(inboxOf(creds.user)),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { forbidden <- err }))
	check(err, server)
	defer connection.Close()
	reply, err := request(connection, forbidden, prefix+"."+what+"."+creds.user.Subject, body)
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrPermissionViolation) {
		reply, err = request(connection, forbidden, prefix+"."+what, body)
	}
	check(err, "no reply")
	return reply.Data
}

// The reply may be lost when the name is taken already: the same key may ask again.
func request(connection *nats.Conn, forbidden <-chan error, subject string, body []byte) (reply *nats.Msg, err error) {
	for attempt := 0; attempt < attempts; attempt++ {
		if reply, err = requestOnce(connection, forbidden, subject, body); !errors.Is(err, context.DeadlineExceeded) {
			return reply, err
		}
	}
	return nil, err
}

// A server tells that a subject is not allowed, but not to whom: the library hands that to its ErrorHandler.
func requestOnce(connection *nats.Conn, forbidden <-chan error, subject string, body []byte) (*nats.Msg, error) {
	limited, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	waiting, refuse := context.WithCancelCause(limited)
	go func() {
		select {
		case err := <-forbidden:
			refuse(err)
		case <-limited.Done():
		}
	}()
	reply, err := connection.RequestWithContext(waiting, subject, body)
	if errors.Is(err, context.Canceled) {
		err = context.Cause(waiting)
	}
	return reply, err
}

type grant struct {
	JWT        string
	Account    string
	Issuers    []string
	Expires    int64
	RenewAfter int64 `json:"renew_after"`
	Generation int64
	Error      *struct{ Reason, Message string }
}

func verify(reply []byte, key, name, account string) (given grant) {
	check(json.Unmarshal(reply, &given), "the reply cannot be read")
	if given.Error != nil {
		log.Fatalf("%s: %s", given.Error.Reason, given.Error.Message)
	}
	user, err := jwt.DecodeUserClaims(given.JWT)
	check(err, "the reply's JWT cannot be read")
	now := time.Now().Unix()
	must := func(holds bool, what string) {
		if !holds {
			log.Fatalf("the reply is not to be believed: %s", what)
		}
	}
	must(user.Subject == key, "it is for another key")
	must(user.Name == name, "it is for another name")
	must(accountOf(user) == account && given.Account == account, "it is for another account")
	must(slices.Contains(given.Issuers, user.Issuer), "somebody else has signed it")
	must(user.Expires > now && user.NotBefore <= now && user.Expires == given.Expires, "it is not in time")
	return given
}

// ----

func main() {
	log.SetFlags(0)
	log.SetPrefix("requester: ")
	words := append(os.Args[1:], "") // no proof
	if len(words) < 4 || words[0] != "renew" && (words[0] != "access" || len(words) < 6) {
		log.Fatal("usage: requester access|renew SERVER FILE.creds ...")
	}
	what, server, creds := words[0], words[1], load(words[2])
	name, file, key, body, proof := creds.user.Name, creds.file, creds.key, fields{"jwt": creds.token}, words[3]
	if what == "access" {
		name, file, key, body, proof = words[3], words[4], checked(nkeys.CreateUser()), fields{}, words[5]
		if _, err := os.Stat(file); err == nil {
			log.Fatalf("%s is there already; renew it", file)
		}
	}
	reply := send(server, creds, what, requestOf(what, name, key, body, proof))
	given := verify(reply, checked(key.PublicKey()), name, accountOf(creds.user))
	save(file, given.JWT, key)
	line := func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }
	log.Printf("%s: generation %d, until %s", file, given.Generation, line(given.Expires))
	if given.RenewAfter != 0 {
		log.Printf("%s: to be renewed after %s", file, line(given.RenewAfter))
	}
}
