#!/usr/bin/env bash
# One command for your GPU: checks every kernel on it, times single operations and whole training steps, beside PyTorch where that is
# installed, and writes a table in Markdown. Each part has a time limit of its own; what fails or cannot be done is named with a reason.
#
#   tools/gpu/measure.sh [--out DIR] [--device D] [--kernel OP=VARIANT]... [--minutes M] [--data FILE] [--tiny]
#
#   --out      where table and logs go [gpu-results]
#   --device   as in 'tgpt train --device' [tornado]
#   --kernel   a row of its own for a variant, for example matmul=naive; repeatable. The device's defaults have a row always
#   --minutes  when to begin nothing more [8]
#   --data     a text to train on [the Java sources of the JDK if they are there, else one sentence]
#   --tiny     sizes for trying the script out; PyTorch then runs on the CPU
#
# PYTHON names a Python that has PyTorch [python3]. In a checkout TORNADOVM_HOME names the SDK (see setup_tornado.sh); unpacked from
# what pack.sh made, the SDK and a Java runtime lie beside.
set -uo pipefail
unset CDPATH

die() {
  printf 'measure: %s\n' "$*" >&2
  exit 2
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
out=gpu-results device=tornado minutes=8 tiny=false kernels=() data=
while (($#)); do
  case $1 in
    -h | --help)
      sed -n '2,16s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    --tiny)
      tiny=true
      shift
      ;;
    --out | --device | --kernel | --minutes | --data)
      (($# > 1)) || die "$1 needs a value"
      case $1 in
        --out) out=$2 ;;
        --device) device=$2 ;;
        --kernel) kernels+=("$2") ;;
        --minutes) minutes=$2 ;;
        --data) data=$2 ;;
      esac
      shift 2
      ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
done
[[ $minutes =~ ^[1-9][0-9]*$ ]] || die "--minutes needs a whole number, got '$minutes'"
command -v timeout >/dev/null || die "the program 'timeout' (GNU coreutils) is needed"

# Attention and the products of the fully connected layers as in a step of kernel-gpu, and a product that is larger.
matmul=4096x4096x4096 product=16384x1536x384 attention=64x6x256x64 preset=kernel-gpu small=kernel-cpu peer=cuda
runs=10 steps=1500 curve=100 tokens=2000
if $tiny; then
  matmul=96x64x80 product=64x96x48 attention=2x2x32x16 preset=quote small=quote peer=cpu
  runs=3 steps=20 curve=5 tokens=40
fi
python=${PYTHON:-python3}
if [[ -d $root/runtime && -d $root/sdk ]]; then
  export JAVA_HOME=$root/runtime TORNADOVM_HOME=$root/sdk
fi
mkdir -p "$out/logs" || die "cannot make $out"
out=$(cd "$out" && pwd -P)
table=$out/results.md rows=$out/rows.md failed=() skipped=()
: >"$rows"
end=$((SECONDS + 60 * minutes))

# The CUDA back end of TornadoVM loads NVIDIA's run-time compiler, which PyTorch brings along.
add_nvrtc() {
  local folder
  folder=$("$root/tools/gpu/nvrtc.sh" "$python")
  if [[ -n $folder ]]; then
    export LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  fi
  echo "NVRTC ${folder:-not found beside PyTorch}" >>"$out/logs/machine.log"
}

# skip NAME REASON: what cannot be done here.
skip() {
  printf 'measure: %s skipped: %s\n' "$@" >&2
  skipped+=("$1: $2")
}

# part NAME SECONDS COMMAND...: runs it within its limit and what is left of the whole; its output is in logs/NAME.log.
part() {
  local name=$1 limit=$2 left=$((end - SECONDS)) start=$SECONDS code=0 reason
  shift 2
  if ((left < 5)); then
    failed+=("$name: not begun, the $minutes minutes were over")
    return 1
  fi
  printf 'measure: %s\n' "$name" >&2
  printf '$ %s\n' "$*" >"$out/logs/$name.log"
  timeout -k 5 "$((limit < left ? limit : left))" "$@" >>"$out/logs/$name.log" 2>&1 || code=$?
  if ((code == 0)); then
    return 0
  fi
  reason=$(sed -n 's/.*cannot run \([a-z]*=[a-z0-9]*: .*\)/\1/p' "$out/logs/$name.log" | tail -n 1)
  if [[ -n $reason ]]; then
    skip "$name" "$reason"
    return 1
  fi
  failed+=("$name: $( ((code == 124 || code == 137)) && echo "stopped after $((SECONDS - start)) s" || echo "exit code $code"), last lines:
$(tail -n 4 "$out/logs/$name.log" | cut -c1-300 | sed 's/^/      /')")
  return 1
}

# Value of key $2 in the JSON object $1, quotes taken off; nothing if it has none.
field() { sed -n 's/.*"'"$2"'": *"\{0,1\}\([^",}]*\).*/\1/p' <<<"$1"; }
# Rounded to $2 places; a dash for nothing.
round() { if [[ -n $1 ]]; then LC_ALL=C printf "%.$2f" "$1"; else printf -- '-'; fi; }

row() { printf '| %s | %s | %s | %s | %s | %s |\n' "$@" >>"$rows"; }

# One row for each phase that a log of 'tgpt op' or torch_op.py has.
op_rows() {
  local line who=$2 millis
  while IFS= read -r line; do
    millis=$(round "$(field "$line" millis)" 3)
    row "$(field "$line" operation) $(field "$line" phase) $(field "$line" sizes)" "$who$(field "$line" variant)" "$millis" \
      "$(round "$(field "$line" tflops)" 2)" "$(round "$(field "$line" deviceMillis)" 3)" "$(round "$(field "$line" deviceTflops)" 2)"
  done < <(grep '^{' "$out/logs/$1.log")
}

# A row for a log of 'tgpt speed' or torch_step.py, whose last line is the object.
step_row() {
  local line millis loss
  line=$(grep '^{' "$out/logs/$1.log" | tail -n 1)
  millis=$(field "$line" medianStepMillis)
  loss=$(field "$line" lastLoss)
  row "training step $preset" "$2${loss:+, loss at the end $(round "$loss" 5)}" "$(round "$millis" 2)" \
    "$(round "$(LC_ALL=C awk -v g="$(field "$line" gflopPerStep)" -v m="$millis" 'BEGIN {if (g && m) print g / m}')" 2)" - -
}

ours() { part "$1" "$2" "$root/tgpt" "${@:3}" --device "$device"; }

# A row for a log of 'tgpt generate --speed'; $2 texts at once.
generation_row() {
  row "generation, $2 at once" "tgpt: $(grep -o '[0-9,]* tokens/s' "$out/logs/$1.log" | head -n 1)" - - - -
}

# The last evaluation of a training's log.
training_row() {
  row "training, $2 steps" "tgpt$3: $(grep -o 'train=[0-9.]* val=[0-9.]* elapsed=[^ ]*' "$out/logs/$1.log" | tail -n 1)" - - - -
}

# A short training: name, seconds, preset, steps, options.
train() {
  ours "$1" "$2" train --preset "$3" --data "$data" --steps "$4" --set sampleLength=0 --run "$out/runs/$1" "${@:5}"
}

# The same steps here and on the CPU.
losses() {
  local few=(--set evalInterval="$curve" --set evalBatches=1)
  train curve 90 "$small" "$curve" "${few[@]}" || return
  device=cpu train curve-cpu 90 "$small" "$curve" "${few[@]}" || return
  part curves 10 "$python" "$root/tools/gpu/curves.py" "$out/runs/curve" "$out/runs/curve-cpu" &&
    row "losses of $small" "tgpt, largest difference from the cpu device: $(tail -n 1 "$out/logs/curves.log")" - - - -
}

cuda_graphs() {
  local TGPT_JAVA_OPTS="${TGPT_JAVA_OPTS:-} -Dtornadogpt.cudaGraphs=on"
  export TGPT_JAVA_OPTS
  ours step-cuda-graphs 120 speed --preset "$preset" --warmup 5 --steps "$runs" && step_row step-cuda-graphs 'tgpt, CUDA graphs'
  train training-cuda-graphs 60 "$preset" 20 --set evalInterval=10 --set evalBatches=2 &&
    training_row training-cuda-graphs 20 ', CUDA graphs'
}

# Other packed SDKs: which back end is the faster.
other_backends() {
  local sdk name
  if [[ ! -d $root/sdk2 ]]; then
    skip other-backends 'one SDK only: pack.sh packs several'
  fi
  for sdk in "$root"/sdk[2-9]; do
    [[ -d $sdk ]] || continue
    name=step-$(basename "$sdk")
    TORNADOVM_HOME=$sdk ours "$name" 90 speed --preset "$preset" --warmup 5 --steps "$runs" &&
      step_row "$name" "tgpt, $(grep -o 'ran on [^)]*)' "$out/logs/$name.log" | tr -s ' ')"
  done
}

# Whether 'tgpt kernels' has a variant; what it cannot do on this device it says when it is asked to.
has_kernel() { "$root/tgpt" kernels show "${1%%=*}" 2>/dev/null | grep -qw -- "${1#*=}"; }

# Why PyTorch cannot be measured here; nothing if it can.
torch_obstacle() {
  if ! "$python" -c 'import torch' 2>/dev/null; then
    echo "no PyTorch in $python"
  elif [[ $peer == cuda ]] && ! "$python" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
    echo 'PyTorch sees no CUDA device'
  fi
}

machine() {
  uname -sm
  nproc
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv,noheader 2>/dev/null || echo 'no nvidia-smi'
  "$python" -c 'import torch; print("PyTorch", torch.__version__, "CUDA", torch.version.cuda)' || echo 'no PyTorch'
}

all_parts() {
  local kernel torch=true variant texts why
  rm -rf "$out/runs"
  if [[ -z $data ]]; then
    data=quote
    $tiny || { "$root/tgpt" data stats jdk >"$out/logs/jdk.log" 2>&1 && data=jdk; }
  fi
  machine >"$out/logs/machine.log" 2>&1
  add_nvrtc
  why=$(torch_obstacle)
  if [[ -n $why ]]; then
    torch=false
    skip torch "$why"
  fi
  part setup 60 "$root/setup_tornado.sh"
  part devices 30 "$root/tgpt" devices
  if $torch; then
    part torch-matmul-fp32 30 "$python" "$root/tools/peers/torch_op.py" matmul "$matmul" --device "$peer" &&
      op_rows torch-matmul-fp32 'PyTorch fp32'
    part torch-matmul-tf32 30 "$python" "$root/tools/peers/torch_op.py" matmul "$matmul" --device "$peer" --dtype tf32 &&
      op_rows torch-matmul-tf32 'PyTorch tf32'
    part torch-attention-fp32 30 "$python" "$root/tools/peers/torch_op.py" attention "$attention" --device "$peer" &&
      op_rows torch-attention-fp32 'PyTorch fp32'
    part torch-attention-bf16 30 "$python" "$root/tools/peers/torch_op.py" attention "$attention" --device "$peer" --dtype bf16 &&
      op_rows torch-attention-bf16 'PyTorch bf16'
    part torch-step-fp32 60 "$python" "$root/tools/peers/torch_step.py" "$preset" --device "$peer" --steps "$runs" &&
      step_row torch-step-fp32 'PyTorch fp32, eager'
    part torch-step-tf32 60 "$python" "$root/tools/peers/torch_step.py" "$preset" --device "$peer" --steps "$runs" --dtype tf32 &&
      step_row torch-step-tf32 'PyTorch tf32, eager'
  fi
  ours step 120 speed --preset "$preset" --warmup 5 --steps "$runs" && step_row step 'tgpt'
  for kernel in matmul=mma matmul=cublas; do
    if has_kernel "$kernel"; then
      kernels+=("$kernel")
    else
      skip "$kernel" 'not in this build, which has no module tensorcores'
    fi
  done
  for kernel in ${kernels[@]+"${kernels[@]}"}; do
    variant=${kernel//=/-}
    ours "step-$variant" 90 speed --preset "$preset" --warmup 5 --steps "$runs" --kernel "$kernel" &&
      step_row "step-$variant" "tgpt $kernel"
  done
  if $torch; then
    part torch-step-bf16-compiled 120 "$python" "$root/tools/peers/torch_step.py" "$preset" --device "$peer" --steps "$runs" \
      --dtype bf16 --compile && step_row torch-step-bf16-compiled 'PyTorch bf16, compiled'
  fi
  ours attention 60 op attention "$attention" --runs "$runs" && op_rows attention 'tgpt '
  ours product 60 op matmul "$product" --runs "$runs" && op_rows product 'tgpt '
  ours matmul 60 op matmul "$matmul" --runs "$runs" && op_rows matmul 'tgpt '
  for kernel in ${kernels[@]+"${kernels[@]}"}; do
    variant=${kernel//=/-}
    [[ " ${skipped[*]-} " == *" step-$variant: "* ]] && continue
    case $kernel in
      matmul=*) ours "$variant" 60 op matmul "$product" --runs "$runs" --kernel "$kernel" && op_rows "$variant" 'tgpt ' ;;
      attention=*) ours "$variant" 60 op attention "$attention" --runs "$runs" --kernel "$kernel" && op_rows "$variant" 'tgpt ' ;;
    esac
  done
  losses
  if grep -qE ' (PTX|CUDA) ' "$out/logs/devices.log"; then
    cuda_graphs
  else
    skip cuda-graphs 'needs the PTX or the CUDA back end'
  fi
  train training 150 "$preset" "$steps" --set evalInterval=250 --set evalBatches=50 && training_row training "$steps" ''
  for texts in 1 32; do
    ours "generation-$texts" 60 generate --run "$out/runs/training" --tokens "$tokens" --samples "$texts" --speed &&
      generation_row "generation-$texts" "$texts"
  done
  ours profile 60 speed --preset "$preset" --warmup 1 --steps 2 --profile
  other_backends
  ours doctor 120 doctor
}

# list TITLE ITEM...: nothing where there are no items.
list() {
  if (($# > 1)); then
    printf '\n## %s\n\n' "$1"
    printf -- '- %s\n' "${@:2}"
  fi
}

write_table() {
  local commit
  commit=$(cat "$root/commit" 2>/dev/null || git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
  {
    printf '# GPU measurements\n\n- date: %s\n- commit: %s\n' "$(date -u +%Y-%m-%dT%H:%MZ)" "$commit"
    sed 's/^/- machine: /' "$out/logs/machine.log"
    grep -hE '^(device|ran on) ' "$out"/logs/step.log 2>/dev/null | sed 's/^/- /'
    printf -- '- doctor: %s\n' "$(grep -hE '^(all ok|[0-9]+ failed)' "$out/logs/doctor.log" 2>/dev/null || echo 'did not end')"
    printf '\nMedians. Attention counts the pairs that the causal mask leaves. ms is from call to return; device ms is kernels alone.\n\n'
    printf '| what | who | ms | TFLOP/s | device ms | device TFLOP/s |\n|---|---|--:|--:|--:|--:|\n'
    sort -s -t '|' -k 2,2 "$rows"
    list Failed ${failed[@]+"${failed[@]}"}
    list Skipped ${skipped[@]+"${skipped[@]}"}
    if [[ -s $out/logs/profile.log ]]; then
      printf '\n## Where a step goes\n\n```\n'
      sed -n '/^operation/,/^all /p' "$out/logs/profile.log"
      printf '```\n'
    fi
  } >"$table"
}

all_parts
write_table
cat "$table"
printf 'measure: %s, logs in %s\n' "$table" "$out/logs" >&2
((${#failed[@]} == 0))
