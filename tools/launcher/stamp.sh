#!/bin/sh
# What tells a build of these sources from one of others: a checksum over names and contents of all that the build reads.
#
#   stamp.sh sum     prints it
#   stamp.sh begin   the build's first step: notes it
#   stamp.sh end     the build's last step: leaves it with the jars, which take the time of the first step, so that what was edited
#                    while the build ran counts as newer
set -eu
unset CDPATH
cd "$(dirname "$0")/../.."

readonly noted=target/sources.sum lib=bench/target/lib

if command -v sha256sum >/dev/null; then
  sum='sha256sum'
elif command -v shasum >/dev/null; then
  sum='shasum -a 256'
else
  sum='cksum'
fi

# shellcheck disable=SC2086 # a command and its options
sources_sum() {
  find pom.xml ./*/pom.xml ./*/src/main ./*/src/build -type f 2>/dev/null | LC_ALL=C sort | tr '\n' '\0' | xargs -0 $sum | $sum
}

case ${1-} in
  sum) sources_sum ;;
  begin)
    mkdir -p target
    sources_sum >$noted
    ;;
  end)
    # without a first step this was a build of some modules, of which only the times tell
    if [ -e $noted ]; then
      mv $noted $lib/sources.sum
      touch -r $lib/sources.sum $lib
    else
      : >$lib/sources.sum
    fi
    ;;
  *)
    echo 'usage: stamp.sh sum | begin | end' >&2
    exit 2
    ;;
esac
