#!/usr/bin/env bash
# Compiles the kernels for an NVIDIA GPU (sm_90) on a machine without one, and prints a table in Markdown of what became of them.
# TornadoVM's CUDA back end and NVRTC do it, on a driver that only seems to be one (stub_driver.c). It also trains, evaluates and writes
# with CUDA graphs: the driver refuses what CUDA refuses while a stream is recorded.
#
#   tools/gpu/compile.sh [--quick] [--dump DIR] [--class-path PATH]
#
#   --quick        only those of a training step of 'kernel-gpu', not those of all variants
#   --dump         where the compiled kernels stay [a folder that is deleted]
#   --class-path   the program's classes, instead of running ./tgpt
#
# Needs TORNADOVM_HOME with the CUDA back end, CUDA's headers (CUDA_HOME [/usr/local/cuda]), NVRTC (on LD_LIBRARY_PATH, below CUDA_HOME or
# beside the PyTorch of PYTHON [python3]) and a C compiler. Code 1: a kernel did not compile or spills, or a graph was not recorded;
# 77: something of that is missing.
set -euo pipefail
unset CDPATH

say() { printf 'compile: %s\n' "$*" >&2; }
die() {
  say "$2"
  exit "$1"
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
quick=false dump='' class_path=''
while (($#)); do
  case $1 in
    -h | --help)
      sed -n '2,14s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    --quick) quick=true ;;
    --dump | --class-path)
      (($# > 1)) || die 2 "$1 needs a value"
      if [[ $1 == --dump ]]; then dump=$2; else class_path=$2; fi
      shift
      ;;
    *) die 2 "unknown option $1 (see --help)" ;;
  esac
  shift
done

sdk=${TORNADOVM_HOME:-}
cuda=${CUDA_HOME:-/usr/local/cuda}
python=${PYTHON:-python3}
[[ -n $sdk ]] || die 77 "skipped: TORNADOVM_HOME is not set"
grep -q 'cuda-backend' "$sdk/etc/tornado.backend" 2>/dev/null || die 77 "skipped: the SDK in $sdk has no CUDA back end"
[[ -r $cuda/include/cuda.h ]] || die 77 "skipped: no $cuda/include/cuda.h; CUDA_HOME names CUDA's toolkit"
command -v cc >/dev/null || die 77 "skipped: no C compiler (cc)"
command -v "$python" >/dev/null || die 77 "skipped: no $python"

# The folder of NVRTC, where it is not on LD_LIBRARY_PATH.
nvrtc() {
  local folder
  for folder in "$cuda/lib64" "$("$root/tools/gpu/nvrtc.sh" "$python")"; do
    if compgen -G "$folder/libnvrtc.so*" >/dev/null; then
      echo "$folder"
      return
    fi
  done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export STUB_DRIVER_DUMP=${dump:-$work/cubins}
mkdir -p "$STUB_DRIVER_DUMP" "$work/driver"
cc -shared -fPIC -w -Wl,-soname,libcuda.so.1 -I"$cuda/include" "$root/tools/gpu/stub_driver.c" -o "$work/driver/libcuda.so.1" ||
  die 1 "the stub driver does not compile"
libraries=$work/driver:$(nvrtc)
export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
if ldd "$sdk/lib/libtornado-cuda.so" | grep -q 'libnvrtc.*not found'; then
  die 77 "skipped: no NVRTC on LD_LIBRARY_PATH, in $cuda/lib64 or beside the PyTorch of $python"
fi

tgpt() {
  if [[ -z $class_path ]]; then
    "$root/tgpt" "$@"
  else
    # shellcheck disable=SC2086 # several options
    "${JAVA_HOME:+$JAVA_HOME/bin/}java" "@$sdk/tornado-argfile" -Dtornado.recover.bailout=false \
      -Dtornado.tvm.maxbytecodesize=1048576 --add-modules jdk.incubator.vector ${TGPT_JAVA_OPTS:-} -cp "$class_path" \
      org.tornadogpt.trainer.cli.Main "$@"
  fi
}

# Runs a command of the program; kernels that do not compile are named in its log.
unproven() {
  say "$*"
  tgpt "$@" >"$work/log" 2>&1 || true
  if grep -E '\[stub driver\] ERROR|\[TornadoVM-CUDA.*ERROR|NVRTC_ERROR|did not compile|TornadoBailout|cannot be compiled' "$work/log" >&2; then
    die 1 "not all kernels of '$*' compile, or not all graphs are recorded"
  fi
}

# The same for a command that says what its device did.
run() {
  unproven "$@"
  if ! grep -qE '[0-9] kernels (in [0-9]* graphs|replayed as)' "$work/log"; then
    tail -n 5 "$work/log" >&2
    die 1 "'$*' did not run its kernels"
  fi
}

# How many CUDA graphs have been recorded.
recorded() { wc -l <"$STUB_DRIVER_GRAPHS"; }

# Every graph is recorded as on a GPU: those of training, of evaluation between its steps, and of generation.
graphs() {
  local trained
  local TGPT_JAVA_OPTS="${TGPT_JAVA_OPTS:-} -Dtornadogpt.cudaGraphs=on"
  export TGPT_JAVA_OPTS STUB_DRIVER_GRAPHS=$work/graphs
  run train --preset quote --device tornado:0:0 --run "$work/run" --steps 6 --set evalInterval=2
  [[ -s $STUB_DRIVER_GRAPHS ]] || die 1 "training recorded no CUDA graph"
  trained=$(recorded)
  unproven generate --device tornado:0:0 --run "$work/run" --tokens 8
  (($(recorded) > trained)) || die 1 "generation recorded no CUDA graph"
  if grep -q spoilt "$STUB_DRIVER_GRAPHS"; then
    die 1 "a recording was spoilt"
  fi
  say "recorded $(recorded) CUDA graphs of $(awk '{n += $1} END {print n}' "$STUB_DRIVER_GRAPHS") launches; no rule broken"
}

# A batch of 8 has the tiles of any larger one.
run speed --preset kernel-gpu --set batch=8 --warmup 0 --steps 1 --device tornado:0:0
$quick || run doctor
graphs
"$python" "$root/tools/gpu/cubins.py" "$STUB_DRIVER_DUMP"
