# What the demo stands on: the programs, the trust tree, three regions of servers and their services. Sourced by
# scripts/demo, after transcript.sh.
# shellcheck shell=bash

home=sfo2
# The servers for people and services of a region: its own first, the others when that is gone.
declare -A near
declare -A provisioner   # the process of each region's service

supercluster() { run "$root/scripts/supercluster" "$@" --folder regions; }

prepare() {
    scene "Setup and build"
    await "$root/scripts/setup" --for demo
    await build > "$folder/build.log" 2>&1 || { tail -n 40 "$folder/build.log" >&2; die "the build failed"; }
    echo "the programs are in build/release/bin"
    export PATH="$root/build/release/bin:$PATH"
    cd "$folder"
    # Nothing that is set or selected for other servers.
    local variable
    for variable in "${!NATS_@}"; do [[ $variable == NATS_SERVER ]] || unset "$variable"; done
    export XDG_CONFIG_HOME=$PWD/config NSC_HOME=$PWD/nsc/accounts NKEYS_PATH=$PWD/nsc/nkeys
    mkdir -p "$NSC_HOME/nats"
    creds=$NKEYS_PATH/creds/KO
}

# One at a time in this tree.
build() { cd "$root" && mkdir -p build && flock build cmake --workflow --preset release; }

trust_tree() {
    scene "The trust tree: operator KO, the accounts SYS, PROVISION and KUBECON"
    run nsctl add operator --name KO --sys
    run nsctl add account --name PROVISION
    run nsctl edit account PROVISION --js-enable 0 --deny-pub 'chat.req.>'
    run nsctl add account --name KUBECON
    run nsctl edit account KUBECON --deny-pub 'chat.req.>'
    kubecon=$(nsctl describe account KUBECON --json | grep -o '"sub": "A[A-Z2-7]*"' | grep -o 'A[A-Z2-7]*')

    say "PROVISION exports the service; KUBECON imports it under its own key, which no user of it can change"
    local what
    for what in access renew; do
        run nsctl add export -a PROVISION --service "chat.req.$what.*.*" --account-token-position 4
        run nsctl add import -a KUBECON --service --src-account PROVISION \
            --remote-subject "chat.req.$what.$kubecon.*" --local-subject "chat.req.$what.\$1"
    done
    run nsctl add user provisioner -a PROVISION
    users
    run nsctl list accounts
}

users() {
    say "a scoped signing key, all that the services will hold: whatever it signs may do this and no more"
    run nsctl edit signing-key -a KUBECON --sk generate --role chat --payload 8192 \
        --conn-type STANDARD --conn-type WEBSOCKET \
        --allow-pub 'chat.KUBECON.dms.*,chat.KUBECON.online,chat.KUBECON.posts.*,chat.req.renew.{{subject()}}' \
        --allow-sub '_INBOX_.{{subject()}}.>,chat.KUBECON.dms.{{subject()}},chat.KUBECON.online,chat.KUBECON.posts.*'
    chat_key=$(signing_key_of chat)

    say "two requesters, who may ask as themselves and do nothing else; neither's seed leaves the machine it was made on"
    run nsctl edit signing-key -a KUBECON --sk generate --role requester \
        --allow-pub 'chat.req.access.{{subject()}}' --allow-sub '_INBOX_.{{subject()}}.>'
    enrol ann
    enrol bob

    say "and the tutorial's own: a signing key and two users, for scene 2"
    sk=$(nsctl generate nkey --account --store | head -n 1)
    run nsctl edit account KUBECON --sk "$sk"
    local inboxes=(--allow-pubsub '_INBOX.>' --allow-pubsub '_R_' --allow-pubsub '_R_.>')
    run nsctl add user chat-access -a KUBECON -K "$(signing_key_file "$sk")" --allow-sub chat.req.access "${inboxes[@]}"
    run nsctl add user chat-creds-request -a KUBECON -K "$(signing_key_file "$sk")" --allow-pub chat.req.access "${inboxes[@]}"
}

# enrol NAME: makes a key, lets the operator issue a JWT for its public half, and puts both into NAME.creds.
enrol() {
    local key
    show nats-req --enrol -o "$1.creds"
    key=$(nats-req --enrol -o "$1.creds")
    echo "$key"
    run nsctl add user "$1" -a KUBECON -K requester --public-key "$key"
    show nsctl describe user "$1" -a KUBECON --raw '>' "$1.jwt"
    nsctl describe user "$1" -a KUBECON --raw > "$1.jwt"
    run nats-req --enrol -o "$1.creds" --jwt "$1.jwt"
}

# The signing key of a role: where the account's JWT names the role, the key stands shortly before.
signing_key_of() {
    nsctl describe account KUBECON --json | tr -d ' \n' | grep -o "\"key\":\"A[A-Z2-7]*\",\"kind\":\"user_scope\",\"role\":\"$1\"" |
        grep -o '\bA[A-Z2-7]\{55\}' | head -n 1
}

signing_key_file() { echo "$NKEYS_PATH/keys/A/${1:1:2}/$1.nk"; }

# key_in CREDS: the public key that they are for.
key_in() { nsctl describe jwt -f "$1" --json | grep -o '"sub": "U[A-Z2-7]*"' | grep -o 'U[A-Z2-7]*'; }

three_regions() {
    scene "Three regions that trust KO: TLS for clients, mutual TLS between servers"
    # An address that nobody else uses, and the tutorial's ports, unless others have them on all addresses.
    local address=127.$((1 + RANDOM % 254)).$((RANDOM % 256)).$((1 + RANDOM % 254)) offset=0
    while ports_taken "$address" "$offset"; do offset=$((offset + 10)); done
    supercluster up --tls --jetstream --tree . --address "$address" --offset "$offset"
    supercluster status
    name_servers "$address" "$offset"
    export NATS_CA=$folder/regions/tls/ca.pem
}

ports_taken() { # ADDRESS OFFSET
    local base port
    for base in 4222 6222 7422 7522 8222; do
        for port in $((base + $2)) $((base + $2 + 1)) $((base + $2 + 2)); do
            ! (: < "/dev/tcp/$1/$port") 2>/dev/null || return 0
        done
    done
    return 1
}

name_servers() { # ADDRESS OFFSET
    local sfo2=tls://$1:$((4222 + $2)) sgp1=tls://$1:$((4223 + $2)) ams3=tls://$1:$((4224 + $2)) region
    near=([sfo2]=$sfo2,$ams3,$sgp1 [sgp1]=$sgp1,$ams3,$sfo2 [ams3]=$ams3,$sfo2,$sgp1)
    say "clients know the servers of all regions, their own first"
    for region in sfo2 sgp1 ams3; do
        printf '%s\n' "$ $region=${near[$region]}"
        abbreviate "$region" "${near[$region]}"
    done
}

# policy REGION: the configuration of its service.
policy() {
    cat > "$1.toml" <<TOML
account = "$NSC_HOME/nats/KO/accounts/KUBECON/KUBECON.jwt"
service_account = "$NSC_HOME/nats/KO/accounts/PROVISION/PROVISION.jwt"
server_id = "$1"
requests = "vouched"
client_accounts = ["$kubecon"]

[connection]
server = "${near[$1]}"
tlsca = "regions/tls/ca.pem"
creds = "$creds/PROVISION/provisioner.creds"

[roles.chat]
signing_key = "$(signing_key_file "$chat_key")"
ttl = "1h"
renewable = true
publish = ["chat.KUBECON.dms.*", "chat.KUBECON.online", "chat.KUBECON.posts.*", "chat.req.renew.{{subject()}}"]
subscribe = ["_INBOX_.{{subject()}}.>", "chat.KUBECON.dms.{{subject()}}", "chat.KUBECON.online", "chat.KUBECON.posts.*"]
payload = 8192

[ledger]
store = "jetstream:names"
home = "$home"

[audit]
file = "$1.jsonl"

[http]
address = "127.0.0.1:0"
TOML
}

start_provisioner() { # REGION
    start "$1" "serving" nats-provisioner --config "$1.toml"
    provisioner[$1]=$started
}

# reaches REGION COUNT: whether from there so many services answer.
reaches() {
    nats-req -s "${near[$1]%%,*}" --creds "$creds/PROVISION/provisioner.creds" --replies "$2" '$SRV.PING' > answers &&
        [ "$(wc -l < answers)" = "$2" ]
}

# lose REGION: its servers and its service, as when the power fails.
lose() {
    supercluster kill "$1"
    printf '$ kill -KILL %s   # its nats-provisioner\n' "${provisioner[$1]}"
    kill -KILL "${provisioner[$1]}"
    wait "${provisioner[$1]}" 2>/dev/null || true
    supercluster status
}

# restore REGION: what was lost.
restore() {
    supercluster start "$1"
    start_provisioner "$1"
    eventually reaches "$1" 3
}
