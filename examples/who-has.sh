#!/bin/bash
# A bot: whoever writes "!who has NAME" in a channel, or to the bot alone, gets the provisioner's answer as a reply.
# It speaks with nats-chat through a pipe, a JSON object a line both ways (docs/chat.md); any language can do the same.
#
#   examples/who-has.sh --config chat.toml -- -s nats://west:4222 --creds bot.creds --channel NATS
#
# Before "--" stand the arguments of nats-provisioner, behind it those of nats-chat. Needs jq.
set -euo pipefail

provisioner=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    provisioner+=("$1")
    shift
done
if [ $# -lt 2 ]; then
    echo "usage: who-has.sh PROVISIONER-ARGUMENT... -- CHAT-ARGUMENT..." >&2
    exit 2
fi
shift

# One sentence about a name. What the chat says is nobody's command: the name was checked below.
sentence() {
    local record
    if ! record=$(timeout 10 nats-provisioner "${provisioner[@]}" names show "$1" --json 2>&1 </dev/null); then
        echo "I cannot say who has $1: $(head -n 1 <<<"$record")"
        return
    fi
    jq -r '"\(.name) is \(.state): it is \(.known_as // .owner)\u0027s, with the role \(.role), until \(.expires | todate)"' \
        <<<"$record"
}

coproc CHAT { exec nats-chat --plain --json "$@"; }
exec 3<&"${CHAT[0]}" 4>&"${CHAT[1]}"

while IFS= read -r line <&3; do
    name=$(jq -r 'select(.event == "message") | .text | capture("^!who has (?<name>[A-Za-z0-9_][A-Za-z0-9_-]{0,62})\\??$").name' \
        <<<"$line")
    [ -n "$name" ] || continue
    jq -cn --argjson asked "$line" --arg text "$(sentence "$name")" \
        '{v: 1, do: "reply", text: $text, id: $asked.id, key: $asked.from.key}
         + if $asked.channel then {channel: $asked.channel} else {to: $asked.with} end' >&4
done
