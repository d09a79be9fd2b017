#!/usr/bin/env bash
# Packs all that measure.sh needs into one archive, for a machine that has only a GPU driver and PyTorch: what 'mvn -Pdist package' makes
# (the built program with a Java runtime), the TornadoVM SDK without its examples, and the scripts.
#
#   tools/gpu/pack.sh [--out FILE] [--sdk DIR]...
#
#   --out   the archive [tornado-gpt-measure.tar.xz]
#   --sdk   an SDK, with a back end of that machine [TORNADOVM_HOME, or what setup_tornado.sh noted]; repeatable: the
#           first one's is measured whole, of the others a step
#
# There, unpack it and run tools/gpu/measure.sh.
set -euo pipefail
unset CDPATH

readonly LARGEST_MIB=64

say() { printf 'pack: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
out=tornado-gpt-measure.tar.xz
sdks=()
while (($#)); do
  case $1 in
    -h | --help)
      sed -n '2,10s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    --out | --sdk)
      (($# > 1)) || die "$1 needs a value"
      if [[ $1 == --out ]]; then out=$2; else sdks+=("$2"); fi
      shift 2
      ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
done

if ((${#sdks[@]} == 0)); then
  usual=${TORNADOVM_HOME:-}
  if [[ -z $usual && -r $root/.tornadovm/home ]]; then
    usual=$(head -n 1 "$root/.tornadovm/home")
  fi
  sdks=("$usual")
fi
for sdk in "${sdks[@]}"; do
  [[ -n $sdk && -d $sdk/share/java/tornado ]] || die "no TornadoVM SDK at '$sdk': name it with --sdk or TORNADOVM_HOME"
done
command -v xz >/dev/null || die "xz is needed"
command -v unzip >/dev/null || die "unzip is needed"

# Makes links of the files of folder $1 that the first SDK has, too: the archive then holds them once.
share() {
  local file
  if [[ $1 != "$bundle/sdk" ]]; then
    (cd "$1" && find . -type f) | while IFS= read -r file; do
      if cmp -s "$bundle/sdk/$file" "$1/$file"; then
        ln -f "$bundle/sdk/$file" "$1/$file"
      fi
    done
  fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && TORNADOVM_HOME=$sdk mvn -B -ntp -q -Pdist -Dmaven.test.skip=true -Dspotless.check.skip=true package) >&2 || die "the build failed"
zips=("$root"/dist/target/tornado-gpt-*-linux-*.zip)
[[ ${#zips[@]} == 1 && -e ${zips[0]} ]] || die "there is not one zip with a runtime for Linux in $root/dist/target: run 'mvn clean' before"
unzip -q "${zips[0]}" -d "$work"
bundle=$work/tornado-gpt
mv "$work"/tornado-gpt-* "$bundle"
rm -f "$bundle/runtime/lib/server/classes.jsa" # with TornadoVM's modules the JVM does not use it
cp -R "$root/tools/gpu" "$root/tools/peers" "$bundle/tools/"
number=
for sdk in "${sdks[@]}"; do
  into=$bundle/sdk$number
  mkdir "$into"
  cp -R "$sdk/lib" "$sdk/etc" "$sdk/share" "$sdk/tornado-argfile.template" "$sdk"/LICENSE* "$into/"
  rm -f "$into"/share/java/tornado/tornado-{unittests,benchmarks,fuzz}-*.jar
  rm -rf "$into/share/tornado"
  share "$into"
  number=$((${number:-1} + 1))
done
git -C "$root" rev-parse HEAD >"$bundle/commit" 2>/dev/null || echo unknown >"$bundle/commit"
tar -C "$work" -cf - tornado-gpt | xz -T0 -6 >"$out"
mib=$(($(wc -c <"$out") / 1048576))
((mib < LARGEST_MIB)) || die "$out has $mib MiB, more than $LARGEST_MIB: pack SDKs with one back end, or fewer"
say "$out: $mib MiB; unpack it there and run tornado-gpt/tools/gpu/measure.sh"
