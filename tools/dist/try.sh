#!/usr/bin/env bash
# Tries what 'mvn -Pdist package' made: unpacks each zip into an empty folder and trains, resumes, generates and times there. The zip with
# a runtime gets a PATH on which there is no Java.
#
#   tools/dist/try.sh [FOLDER]
#
#   FOLDER   where the zips are [dist/target]
set -euo pipefail
unset CDPATH TORNADOVM_HOME TGPT_JAVA_OPTS

say() { printf 'try: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
case ${1:-} in
  -h | --help)
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
zips=$(cd "${1:-$root/dist/target}" && pwd -P)
command -v unzip >/dev/null || die "unzip is needed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Programs that are no Java, those that the launcher and a shell use.
make_path() {
  local name found
  mkdir -p "$work/bin"
  for name in bash sh cat cksum cut dirname env find getconf head id locale ln ls mkdir mktemp readlink realpath rm sed sleep sort stty tput \
    tr uname; do
    if found=$(command -v "$name"); then
      ln -sf "$found" "$work/bin/$name"
    fi
  done
}

# must NAME PATTERN COMMAND...: runs it, in an empty folder of its own, and looks for the pattern in what it prints.
must() {
  local name=$1 pattern=$2 log=$work/log
  shift 2
  "$@" >"$log" 2>&1 || die "$name failed: $(tail -n 5 "$log")"
  grep -qE -- "$pattern" "$log" || die "$name did not print '$pattern': $(tail -n 5 "$log")"
  say "  $name"
}

# try ZIP JAVA [VARIABLE=VALUE]...: JAVA is a pattern for the java that is to be used.
try() {
  local zip=$1 java=$2 folder=$work/unpacked tgpt
  shift 2
  say "$(basename "$zip"), $(($(wc -c <"$zip") / 1048576)) MiB"
  rm -rf "$folder" "$work/empty"
  mkdir "$folder" "$work/empty"
  unzip -q "$zip" -d "$folder"
  tgpt=("$folder"/*/tgpt)
  cd "$work/empty"
  run=(env -i "$@" "${tgpt[0]}")
  must 'its java' "$java" env -i TGPT_DEBUG=1 "$@" "${tgpt[0]}" --version
  must '--version' 'tornado-gpt [0-9]' "${run[@]}" --version
  must 'train on the JDK' 'more text: tgpt' "${run[@]}" train --steps 2 --set evalBatches=1 --set sampleLength=5 --run jdk
  must 'train' '100.0% train=' "${run[@]}" train --preset quote --steps 20 --run quote
  must 'resume' 'resuming after step 20' "${run[@]}" train --resume --run quote --steps 30
  must 'generate' 'or not' "${run[@]}" generate --run quote --prompt 'or not' --tokens 20
  must 'loss.png' 'loss.png' ls quote
  must 'eval' 'whole text' "${run[@]}" eval --run quote
  must 'speed' 'medianStepMillis' "${run[@]}" speed --preset quote --steps 2 --warmup 1
  must 'bench, in a JVM of its own' 'written: ' "${run[@]}" bench --quick --out results quote/layernorm/.*/loop
}

plain=$(find "$zips" -maxdepth 1 -name 'tornado-gpt-*.zip' ! -name '*-linux-*' ! -name '*-mac-*')
own=$(find "$zips" -maxdepth 1 \( -name 'tornado-gpt-*-linux-*.zip' -o -name 'tornado-gpt-*-mac-*.zip' \))
[[ -f $plain && -f $own ]] || die "no zips, or several of a kind, in $zips: run 'mvn -Pdist package'"
make_path
[[ -z $(PATH=$work/bin type -P java) ]] || die "there is a Java on the PATH that should have none"
try "$plain" '' "PATH=$PATH" ${JAVA_HOME:+"JAVA_HOME=$JAVA_HOME"}
try "$own" "tgpt: $work/unpacked/[^ ]*/runtime/bin/java " "PATH=$work/bin"
say 'all is well'
