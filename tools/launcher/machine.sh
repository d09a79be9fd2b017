# shellcheck shell=bash
# What the launcher must know of the machine it runs on. Read by tgpt, which defines say and die.

# Files that a JVM with our jars has open, and some to spare for runs and texts.
readonly NEEDED_FILES=64

# What a JVM takes in a container besides its heap and tensors: code, classes, stacks.
readonly JVM_KB=$((192 * 1024))

# Kilobytes of memory in this machine, 0 where that cannot be told.
machine_memory_kb() {
  if [[ -r /proc/meminfo ]]; then
    sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo
  elif command -v sysctl >/dev/null; then
    echo $(($(sysctl -n hw.memsize 2>/dev/null || echo 0) / 1024))
  else
    echo 0
  fi
}

# Kilobytes that tensors may take: the machine's memory of $1, or what the JVM leaves of a container's of $2, whose heap takes a quarter.
# Nothing where that cannot be told.
tensor_memory_kb() {
  local memory=$1 limit=$2
  if [[ -n $limit ]] && ((memory == 0 || limit < memory)); then
    memory=$((limit * 3 / 4 - JVM_KB))
    if ((memory < limit / 4)); then
      memory=$((limit / 4))
    fi
  fi
  if ((memory > 0)); then
    echo "$memory"
  fi
}

# Kilobytes that the control groups in file $1 allow, whose folders lie under $2; nothing where there is no limit. Each group is
# limited by those around it. A container may see its own group as the root.
cgroup_memory_kb() {
  local entry controllers path folder bytes least=''
  [[ -r $1 ]] || return 0
  while IFS=: read -r entry controllers path; do
    case $entry:$controllers in
      0:) folder=$2 entry=memory.max ;;
      *:*memory*) folder=$2/memory entry=memory.limit_in_bytes ;;
      *) continue ;;
    esac
    while true; do
      # not a number means no limit; so do numbers near 2^63
      { read -r bytes <"$folder$path/$entry"; } 2>/dev/null || bytes=''
      if [[ $bytes =~ ^[0-9]+$ && ${#bytes} -lt 17 ]] && [[ -z $least || $bytes -lt $least ]]; then
        least=$bytes
      fi
      [[ -n $path && $path != / ]] || break
      path=${path%/*}
    done
  done <"$1"
  if [[ -n $least ]]; then
    echo $((least / 1024))
  fi
}

# Java decodes its arguments, and names of files, as the locale says. One that is named but not installed counts as none, and would lose
# all but ASCII.
use_utf8() {
  local name argument
  if speaks_utf8 "${LC_ALL:-${LC_CTYPE:-${LANG:-}}}"; then
    return
  fi
  for name in C.UTF-8 en_US.UTF-8; do
    if LC_ALL=$name speaks_utf8 "$name" 2>/dev/null; then
      export LC_ALL=$name
      return
    fi
  done
  for argument in "$@"; do
    if [[ $argument == *[![:ascii:]]* ]]; then
      say "no UTF-8 locale is installed (neither C.UTF-8 nor en_US.UTF-8): characters beyond ASCII in the arguments are lost"
      return
    fi
  done
}

# Whether the locale of the environment, of name $1, encodes in UTF-8. Systems without the command that tells know UTF-8 only.
speaks_utf8() {
  local charmap
  if charmap=$(locale charmap 2>/dev/null); then
    [[ $charmap == [Uu][Tt][Ff]* ]]
  else
    [[ $1 == *[Uu][Tt][Ff]* ]]
  fi
}

# Tells the program which of its outputs are terminals, and how wide: it sees a pipe where standard error is (see drop_notice).
describe_terminal() {
  local size=''
  TGPT_TERMINAL=''
  if [[ -t 1 ]]; then
    TGPT_TERMINAL=out
    size=$(stty size <&1 2>/dev/null) || size=''
  fi
  if [[ -t 2 ]]; then
    TGPT_TERMINAL="$TGPT_TERMINAL err"
    size=$(stty size <&2 2>/dev/null) || size=''
  fi
  size=${size#* }
  if [[ -n $size && $size != 0 ]]; then
    COLUMNS=$size
  fi
  export TGPT_TERMINAL COLUMNS
}

# A JVM that cannot open its jars fails in ways that do not say so.
check_open_files() {
  local limit
  limit=$(ulimit -H -n)
  if [[ $limit != unlimited ]] && ((limit < NEEDED_FILES)); then
    die "only $limit files may be open at a time, $NEEDED_FILES are needed: raise the limit (ulimit -n)"
  fi
}

# A path to folder $1 in which Java and Maven can find jars: their lists of paths are separated by colons, and have no way to write one.
path_without_colon() {
  local folder=$1 links link
  if [[ $folder == *:* ]]; then
    links=${TMPDIR:-/tmp}/tgpt-$UID
    link=$links/$(cksum <<<"$folder" | tr -s ' \t' --)
    mkdir -m 700 "$links" 2>/dev/null || true
    if [[ $link == *:* || ! -d $links || ! -O $links || -L $links ]] || ! ln -sfn "$folder" "$link" 2>/dev/null; then
      die "the path $folder has a colon, which Java's class path cannot have, and no link to it can be made in $links: rename it"
    fi
    folder=$link
  fi
  echo "$folder"
}
