#!/usr/bin/env bash
# Prints the folder with NVIDIA's run-time compiler (libnvrtc) that a PyTorch brought along; nothing where there is none.
#
#   tools/gpu/nvrtc.sh [PYTHON]
#
# Its wheels are parts of the package "nvidia": cuda_nvrtc/lib up to CUDA 12, cu13/lib since.
set -euo pipefail

shopt -s nullglob
while IFS= read -r package; do
  for folder in "$package"/cu[0-9]*/lib "$package"/cuda_nvrtc/lib; do
    found=("$folder"/libnvrtc.so* "$folder"/libnvrtc.*dylib)
    if ((${#found[@]})); then
      echo "$folder"
      exit
    fi
  done
done < <("${1:-python3}" -c 'import nvidia; print("\n".join(nvidia.__path__))' 2>/dev/null)
