#!/usr/bin/env bash
# Whole training steps of tgpt and of PyTorch on this machine, run in turn so that both meet the same conditions.
set -euo pipefail
unset CDPATH

usage() {
  cat <<'TEXT'
usage: tools/peers/compare.sh [--pairs N] [--steps N] [--dropout P]... [--threads N] [--device D] [PRESET]...

Prints the median over the pairs of each one's median step, and PyTorch's time divided by ours.

  --pairs N     how often each is run, in turn [3]
  --steps N     timed steps in each run [20]
  --dropout P   instead of the preset's own; repeatable: each value is a row of its own
  --threads N   CPU threads of both; by default each one's own choice
  --device D    ours, as in 'tgpt train --device' [cpu]; tornado compares with PyTorch on cuda
  PRESET        quote, kernel-cpu, kernel-gpu, shakespeare, shakespeare-tied [quote kernel-cpu]

PYTHON=/path/to/python names a Python that has PyTorch (python3 -m venv V && V/bin/pip install torch); python3 without it.
Run it on an idle machine.
TEXT
}

die() {
  printf 'compare: %s\n' "$*" >&2
  exit 2
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tgpt=$here/../../tgpt
python=${PYTHON:-python3}
pairs=3 steps=20 device=cpu threads=''
dropouts=() presets=()

count() { [[ $2 =~ ^[1-9][0-9]*$ ]] || die "$1 needs a whole number of at least 1, got '$2'"; }

while (($#)); do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --pairs | --steps | --dropout | --threads | --device)
      (($# > 1)) || die "$1 needs a value"
      case $1 in
        --pairs) count "$1" "$2" && pairs=$2 ;;
        --steps) count "$1" "$2" && steps=$2 ;;
        --threads) count "$1" "$2" && threads=$2 ;;
        --dropout) dropouts+=("$2") ;;
        --device) device=$2 ;;
      esac
      shift 2
      ;;
    -*) die "unknown option $1 (see --help)" ;;
    *)
      presets+=("$1")
      shift
      ;;
  esac
done
((${#presets[@]})) || presets=(quote kernel-cpu)
((${#dropouts[@]})) || dropouts=(preset)

command -v "$python" >/dev/null || die "there is no '$python'; name a Python that has PyTorch with PYTHON=/path/to/python"
"$python" -c 'import torch' 2>/dev/null ||
  die "'$python' has no PyTorch; install it (python3 -m venv V && V/bin/pip install torch) and set PYTHON=V/bin/python"

peer_device=cpu
if [[ $device == tornado* ]]; then
  peer_device=cuda
fi

# Number $2 of the JSON object that is the last line of $1.
field() { sed -n '$s/.*"'"$2"'": *\([0-9.eE+-]*\).*/\1/p' <<<"$1"; }
median() { sort -g | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

ours() {
  local arguments=(speed --preset "$1" --device "$device" --steps "$steps")
  [[ $2 == preset ]] || arguments+=(--set "dropout=$2")
  [[ -z $threads ]] || arguments+=(--threads "$threads")
  "$tgpt" "${arguments[@]}"
}

theirs() {
  local arguments=("$1" --device "$peer_device" --steps "$steps")
  [[ $2 == preset ]] || arguments+=(--dropout "$2")
  [[ -z $threads ]] || arguments+=(--threads "$threads")
  "$python" "$here/torch_step.py" "${arguments[@]}"
}

compare() {
  local preset=$1 dropout=$2 pair output our_ms=() their_ms=() ratios=() our_parameters their_parameters
  for ((pair = 1; pair <= pairs; pair++)); do
    output=$(ours "$preset" "$dropout") || die "tgpt speed failed for preset $preset"
    our_ms+=("$(field "$output" medianStepMillis)")
    our_parameters=$(field "$output" parameters)
    output=$(theirs "$preset" "$dropout") || die "torch_step.py failed for preset $preset"
    their_ms+=("$(field "$output" medianStepMillis)")
    their_parameters=$(field "$output" parameters)
    [[ $our_parameters == "$their_parameters" ]] ||
      die "$preset is not the same model: $our_parameters parameters here, $their_parameters in PyTorch"
    ratios+=("$(awk -v a="${their_ms[-1]}" -v b="${our_ms[-1]}" 'BEGIN {print a / b}')")
    printf 'pair %d/%d of %s, dropout %s: tgpt %.2f ms, PyTorch %.2f ms\n' \
      "$pair" "$pairs" "$preset" "$dropout" "${our_ms[-1]}" "${their_ms[-1]}" >&2
  done
  printf '| %s | %s | %.2f | %.2f | %.2f | %s |\n' "$preset" "$dropout" \
    "$(printf '%s\n' "${our_ms[@]}" | median)" "$(printf '%s\n' "${their_ms[@]}" | median)" \
    "$(printf '%s\n' "${ratios[@]}" | median)" "$(printf '%.2f ' "${ratios[@]}")"
}

rows=()
for preset in "${presets[@]}"; do
  for dropout in "${dropouts[@]}"; do
    rows+=("$(compare "$preset" "$dropout")")
  done
done
printf '| preset | dropout | tgpt, ms/step | PyTorch, ms/step | ratio (median) | ratio of each pair |\n|---|---|--:|--:|--:|---|\n'
printf '%s\n' "${rows[@]}"
