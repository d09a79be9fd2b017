#!/usr/bin/env bash
# Packs all that measure.sh needs into one archive, for a machine that has only a GPU driver and PyTorch: a Java runtime, the
# TornadoVM SDK without its examples, the built program and the scripts.
#
#   tools/gpu/pack.sh [--out FILE] [--sdk DIR]
#
#   --out   the archive [tornado-gpt-measure.tar.xz]
#   --sdk   the SDK, with the back end of that machine [TORNADOVM_HOME, or what setup_tornado.sh noted]
#
# JAVA_HOME names the JDK, 25 or newer, whose modules are packed. There, unpack it and run tools/gpu/measure.sh.
set -euo pipefail

readonly LARGEST_MIB=64
readonly MODULES=java.desktop,java.logging,java.management,java.naming,java.sql,java.xml,jdk.graal.compiler,jdk.incubator.vector,jdk.internal.vm.ci,jdk.management,jdk.unsupported,jdk.zipfs

say() { printf 'pack: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
out=tornado-gpt-measure.tar.xz
sdk=${TORNADOVM_HOME:-}
if [[ -z $sdk && -r $root/.tornadovm/home ]]; then
  sdk=$(head -n 1 "$root/.tornadovm/home")
fi
while (($#)); do
  case $1 in
    -h | --help)
      sed -n '2,10s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    --out | --sdk)
      (($# > 1)) || die "$1 needs a value"
      if [[ $1 == --out ]]; then out=$2; else sdk=$2; fi
      shift 2
      ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
done

[[ -n $sdk && -d $sdk/share/java/tornado ]] || die "no TornadoVM SDK: name it with --sdk or TORNADOVM_HOME"
jdk=${JAVA_HOME:-}
[[ -n $jdk && -x $jdk/bin/jlink && $(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$jdk/release") -ge 25 ]] ||
  die "set JAVA_HOME to a JDK 25 or newer that has jlink"
command -v xz >/dev/null || die "xz is needed"

# builds where something has changed
"$root/tgpt" --version >/dev/null || die "the build failed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle=$work/tornado-gpt
mkdir -p "$bundle/bench/target" "$bundle/tools"
"$jdk/bin/jlink" --add-modules "$MODULES" --strip-debug --no-man-pages --no-header-files --output "$bundle/jre"
cp -R "$root/bench/target/lib" "$bundle/bench/target/"
cp "$root"/bench/target/tornado-gpt-bench-*.jar "$bundle/bench/target/"
cp "$root/tgpt" "$root/setup_tornado.sh" "$root/LICENSE" "$bundle/"
cp -R "$root/tools/gpu" "$root/tools/peers" "$bundle/tools/"
mkdir "$bundle/sdk"
cp -R "$sdk/lib" "$sdk/etc" "$sdk/share" "$sdk/tornado-argfile.template" "$sdk"/LICENSE* "$bundle/sdk/"
rm -f "$bundle"/sdk/share/java/tornado/tornado-{unittests,benchmarks,fuzz}-*.jar
rm -rf "$bundle"/sdk/share/tornado
git -C "$root" rev-parse HEAD >"$bundle/commit" 2>/dev/null || echo unknown >"$bundle/commit"
tar -C "$work" -cf - tornado-gpt | xz -T0 -6 >"$out"
mib=$(($(wc -c <"$out") / 1048576))
((mib < LARGEST_MIB)) || die "$out has $mib MiB, more than $LARGEST_MIB: use an SDK with one back end"
say "$out: $mib MiB; unpack it there and run tornado-gpt/tools/gpu/measure.sh"
