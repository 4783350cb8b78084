# How a demo's steps are shown, checked and waited for; and how nothing of them is left. Sourced by scripts/demo, which
# sets $root, $folder (where everything happens, removed at the end) and $headless.
# shellcheck shell=bash

# ---- what is shown

plain() { if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
scene() { printf '\n\033[1m== %s\033[0m\n' "$*" | plain; }

say() {
    printf '\n# %s\n' "$*"
    $headless || { read -rsp '' _ < /dev/tty; }
}

die() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

declare -A abbreviations=()   # what is shown as a variable: its value and its name
abbreviate() { abbreviations[$2]=$1; }

# show COMMAND...: as one would type it in the demo's folder.
show() {
    local word line='$'
    for word in "$@"; do
        [ -z "${abbreviations[$word]:-}" ] || word="\$${abbreviations[$word]}"
        word=${word//$folder\//}
        word=${word//$root\//}
        case $word in '>') ;; *[\ \*\>]*) word="'$word'" ;; esac
        line+=" $word"
    done
    printf '%s\n' "$line"
}

# ---- what is run and checked

# await COMMAND...: runs it so that a signal to the demo is heard at once.
await() {
    "$@" &
    wait $!
}

# run COMMAND...: shows the command as one would type it, runs it, shows what it prints.
run() {
    show "$@"
    await "$@"
}

# refused CODE TEXT COMMAND...: the command must end with this exit code and say this.
refused() {
    local want=$1 text=$2 code=0
    shift 2
    show "$@"
    await "$@" > refusal 2>&1 || code=$?
    cat refusal
    [ "$code" = "$want" ] || die "'$*' ended with $code, expected $want"
    grep -q -- "$text" refusal || die "'$*' did not say '$text'"
    printf '  (exit code %s)\n' "$code"
}

# start NAME READY COMMAND...: shows it and runs it in the background, its input from the file $input if that is set, its
# output in NAME.log, until that says READY.
start() {
    local log=$1.log ready=$2 deadline=$((SECONDS + 60))
    shift 2
    show "$@" "&"
    : > "$log"   # of an earlier start of the same name
    "$@" < "${input:-/dev/null}" > "$log" 2>&1 &
    started=$!
    until grep -q -- "$ready" "$log"; do
        { kill -0 "$started" 2>/dev/null && [ $SECONDS -lt $deadline ]; } || grep -q -- "$ready" "$log" ||
            { cat "$log" >&2; die "'$*' did not say '$ready'"; }
        sleep 0.05
    done
}

# stop PID: asks it to end and demands that it ends well.
stop() {
    local code=0
    kill -TERM "$1"
    wait "$1" || code=$?
    [ "$code" = 0 ] || die "process $1 ended with $code after SIGTERM"
}

# ---- what is waited for: a minute at most, for a machine may be slow and have other things to do

# eventually CONDITION...: until the command succeeds. What it says meanwhile is shown only if it never does.
eventually() {
    local deadline=$((SECONDS + 60))
    until await "$@" 2> attempt; do
        [ $SECONDS -lt $deadline ] || { cat attempt >&2; die "waited in vain for: $*"; }
        sleep 0.05
    done
}

# wait_for TEXT FILE...: until the text is in one of the files.
wait_for() {
    local deadline=$((SECONDS + 60))
    until grep -qs -- "$@"; do
        [ $SECONDS -lt $deadline ] || { cat "${@:2}" >&2; die "waited in vain for '$1'"; }
        sleep 0.05
    done
}

# ---- how it ends

export NATSCREDS_DEMO=$folder

# The processes below this one, and those that left for a session of their own and are known by their environment. (Which
# those that guard their memory show to nobody; so it takes both.)
ours() {
    ps -eo pid=,ppid= 2>/dev/null | awk -v top=$$ '
        { parent[$1] = $2 }
        END { for (pid in parent) for (at = pid; at in parent; at = parent[at]) if (parent[at] == top) { print pid; break } }'
    grep -lsF "NATSCREDS_DEMO=$folder" /proc/[0-9]*/environ | cut -d / -f 3
}

cleanup() {
    trap '' INT TERM HUP
    export -n NATSCREDS_DEMO
    local signal=TERM attempt pid
    local -A processes=()
    for attempt in {1..100}; do
        [ "$attempt" -lt 50 ] || signal=KILL
        for pid in $(ours); do processes[$pid]=; done
        for pid in "${!processes[@]}"; do
            kill -s $signal "$pid" 2>/dev/null || unset "processes[$pid]"
        done
        [ ${#processes[@]} -gt 0 ] || break
        sleep 0.1
    done
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
