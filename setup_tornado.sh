#!/usr/bin/env bash
# Finds a TornadoVM SDK or downloads the official one, checks it, and notes where it is for tgpt. Never builds TornadoVM.
#
#   ./setup_tornado.sh [--check] [--backend opencl|ptx|cuda] [--version VERSION]
#
#   --check     only report; changes nothing
#   --backend   which back end the SDK must have; any will do without, opencl is what is downloaded
#   --version   which release (5.2.0-jdk25)
#
# An SDK is looked for in TORNADOVM_HOME, at the place noted earlier, in SDKMAN's folder, in ./.tornadovm.
set -euo pipefail
unset CDPATH # with it cd may go elsewhere, and prints where

readonly TESTED_VERSION=5.2.0-jdk25
readonly RELEASES=https://github.com/beehive-lab/TornadoVM/releases/download

say() { printf 'setup_tornado: %s\n' "$*"; }
die() {
  printf 'setup_tornado: %s\n' "$*" >&2
  exit 1
}

usage() { sed -n '2,11s/^# \{0,1\}//p' "$0"; }

backend=''
version=$TESTED_VERSION
check_only=false
while (($# > 0)); do
  case $1 in
    --check) check_only=true ;;
    --backend)
      backend=${2:-}
      [[ -n $backend ]] || die "--backend needs a value: opencl, ptx or cuda"
      shift
      ;;
    --version)
      version=${2:-}
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
  (($# > 0)) && shift
done
case $backend in
  '' | opencl | ptx | cuda) ;;
  *) die "unknown back end '$backend'; there are opencl, ptx, cuda" ;;
esac
[[ -n $version ]] || die "--version needs a version, for example $TESTED_VERSION"

project=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
readonly project store=$project/.tornadovm
# shellcheck source=tools/launcher/jdk.sh
source "$project/tools/launcher/jdk.sh"

# The version of the SDK in folder $1, from the name of its API's jar; nothing if it is no SDK.
sdk_version() {
  local jar
  for jar in "$1"/share/java/tornado/tornado-api-*.jar; do
    if [[ -r $jar ]]; then
      basename "$jar" .jar | sed 's/^tornado-api-//'
      return
    fi
  done
}

# The back ends of the SDK in folder $1, for example "opencl-backend,ptx-backend".
sdk_backends() {
  sed -n 's/^tornado\.backends=//p' "$1/etc/tornado.backend" 2>/dev/null || true
}

has_backend() { [[ -z $2 || ,$(sdk_backends "$1"), == *",$2-backend,"* ]]; }

check_sdk() {
  local found
  found=$(sdk_version "$1")
  [[ -n $found ]] || die "TORNADOVM_HOME is $1, which is no TornadoVM SDK (it has no share/java/tornado/tornado-api-*.jar)"
  [[ $found == "$version" ]] ||
    die "the SDK in $1 is version $found; this program needs $version (another one with --version, at your own risk)"
  has_backend "$1" "$backend" || die "the SDK in $1 has $(sdk_backends "$1"), not $backend: unset TORNADOVM_HOME, or set it to another SDK"
}

# Places in which an SDK may be.
sdk_candidates() {
  if [[ -r $store/home ]]; then
    head -n 1 "$store/home"
  fi
  if [[ -n ${HOME:-} ]]; then
    printf '%s\n' "$HOME"/.sdkman/candidates/tornadovm/*
  fi
  printf '%s\n' "$store"/tornadovm-*
}

find_sdk() {
  local folder found
  if [[ -n ${TORNADOVM_HOME:-} ]]; then
    check_sdk "$TORNADOVM_HOME"
    (cd "$TORNADOVM_HOME" && pwd -P)
    return
  fi
  while IFS= read -r folder; do
    found=$(sdk_version "$folder")
    if [[ $found == "$version" ]] && has_backend "$folder" "$backend"; then
      echo "$folder"
      return
    fi
    if [[ -n $found ]]; then
      say "left aside   $folder ($found, $(sdk_backends "$folder")); wanted is $version${backend:+ with $backend}" >&2
    fi
  done < <(sdk_candidates)
}

platform() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo linux-amd64 ;;
    Darwin-arm64) echo mac-aarch64 ;;
    *) die "there is no release of TornadoVM for $(uname -s) $(uname -m); build one and set TORNADOVM_HOME to it" ;;
  esac
}

download() {
  local name url archive folder wanted=${backend:-opencl}
  name=tornadovm-$version-$wanted-$(platform).zip
  url=$RELEASES/v$version/$name
  archive=$store/$name
  mkdir -p "$store"
  if [[ ! -s $archive ]]; then
    say "downloading $url" >&2
    if ! curl -fsSL --connect-timeout 20 --retry 2 -o "$archive.part" "$url"; then
      rm -f "$archive.part"
      die "cannot download $url; fetch it elsewhere, put it at $archive, and run this again"
    fi
    mv "$archive.part" "$archive"
  fi
  check_sum "$url" "$archive"
  command -v unzip >/dev/null || die "unzip is needed to unpack $archive"
  unzip -q -o "$archive" -d "$store" || die "$archive is damaged: delete it and run this again"
  for folder in "$store"/*/; do
    if [[ $(sdk_version "${folder%/}") == "$version" ]] && has_backend "${folder%/}" "$wanted"; then
      echo "${folder%/}"
      return
    fi
  done
  die "there is no SDK in $archive"
}

# Compares with the published checksum where there is one.
check_sum() {
  local published
  if published=$(curl -fsSL --connect-timeout 10 "$1.sha256" 2>/dev/null); then
    published=${published%% *}
    [[ $(sha256sum "$2" | cut -d' ' -f1) == "$published" ]] ||
      die "$2 does not have the published checksum $published: delete it and run this again"
  else
    say "no checksum is published for $(basename "$2"); its SHA-256 is $(sha256sum "$2" | cut -d' ' -f1)" >&2
  fi
}

# Makes the argument file from its template, where the SDK has that only or has been moved since.
ensure_argfile() {
  local sdk=$1
  if [[ -r $sdk/tornado-argfile ]] && grep -qF -- "$sdk/" "$sdk/tornado-argfile"; then
    return
  fi
  [[ -r $sdk/tornado-argfile.template ]] ||
    die "$sdk has no tornado-argfile for this place and no template of it: run $sdk/bin/tornado once"
  if $check_only; then
    die "$sdk has no tornado-argfile for this place yet: run this without --check"
  fi
  sed "s|\${TORNADOVM_HOME}|$sdk|g; s|\$TORNADOVM_HOME|$sdk|g" "$sdk/tornado-argfile.template" >"$sdk/tornado-argfile"
  say "made $sdk/tornado-argfile"
}

# Runs one of the SDK's own programs; what it says without colours and without Java's notice about incubator modules.
run_java() {
  "$jdk/bin/java" "@$sdk/tornado-argfile" -Dtornado.recover.bailout=false -Dtornado.tvm.maxbytecodesize=1048576 "$@" 2>&1 |
    sed $'s/\033\\[[0-9;]*m//g; /^WARNING: Using incubator modules/d'
}

jdk=$(find_jdk "$project")
say "JDK          $jdk ($(sed -n 's/^JAVA_VERSION=//p' "$jdk/release"))"
sdk=$(find_sdk)
if [[ -z $sdk ]]; then
  if $check_only; then
    die "no TornadoVM SDK: not in TORNADOVM_HOME, SDKMAN's folder or $store; run ./setup_tornado.sh"
  fi
  sdk=$(download)
fi
[[ $sdk != *:* ]] || die "the path $sdk has a colon, which Java's module path cannot have: move the SDK and name it with TORNADOVM_HOME"
say "SDK          $sdk ($(sdk_version "$sdk"), $(sdk_backends "$sdk"))"
ensure_argfile "$sdk"
devices=$(run_java -m tornado.drivers.common/uk.ac.manchester.tornado.drivers.TornadoDeviceQuery) ||
  die "TornadoVM does not start: $(head -n 1 <<<"$devices")"
grep -q 'Tornado device=' <<<"$devices" || die "TornadoVM finds no device; is a driver for OpenCL or CUDA installed?"
printf '%s\n' "$devices" | sed -n '/[^[:space:]]/s/^/    /p'
kernel=$(run_java -m tornado.examples/uk.ac.manchester.tornado.examples.arrays.ArrayAddInt) ||
  die "a small kernel failed: $(tail -n 1 <<<"$kernel")"
say "a small kernel ran"
if ! $check_only && [[ ! -r $store/home || $(head -n 1 "$store/home") != "$sdk" ]]; then
  mkdir -p "$store"
  printf '%s\n' "$sdk" >"$store/home"
  say "noted in $store/home: tgpt uses it from now on"
fi
say "all is well; next: ./tgpt devices, ./tgpt doctor"
