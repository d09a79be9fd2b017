# shellcheck shell=bash
# Building when the sources are not those of the build. Read by tgpt, which defines say and die.

readonly NEEDED_MAVEN=3.8.7

# The first version of TornadoVM whose API has what the module tensorcores needs.
readonly NEEDED_SDK=5.2.0

# The SDK that project $1 builds the module tensorcores with: the one it runs with, unless that is older; nothing without one.
sdk_of_build() {
  local home api version
  home=$(tornado_home "$1")
  for api in "$home"/share/java/tornado/tornado-api-*.jar; do
    version=${api##*/tornado-api-}
    version=${version%%[!0-9.]*}
    if [[ -r $api && $(oldest "$version" "$NEEDED_SDK") == "$NEEDED_SDK" ]]; then
      echo "$home"
    fi
    return
  done
}

# The older of two versions.
oldest() {
  printf '%s\n' "$@" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1
}

# Whether the build in $1 is missing, broken off or not of these sources. Times tell first; where a file is newer, its contents do.
needs_build() {
  local lib=$1/bench/target/lib
  [[ -e $lib/sources.sum ]] || return 0
  if [[ -n $(sdk_of_build "$1") && -z $(find "$lib" -name 'tornado-gpt-tensorcores-*.jar' 2>/dev/null) ]]; then
    return 0
  fi
  if [[ -z $(find "$1/pom.xml" "$1"/*/pom.xml "$1"/*/src/main "$1"/*/src/build -newer "$lib" 2>/dev/null | head -n 1) ]]; then
    return 1
  fi
  [[ $(sh "$1/tools/launcher/stamp.sh" sum) == "$(cat "$lib/sources.sum")" ]] || return 0
  touch "$lib" 2>/dev/null || true # the next time its time will do
  return 1
}

# Builds $1 with the JDK $2, unless another tgpt does so already: then waits for it.
build() (
  local project=$1 jdk=$2 log=$1/target/tgpt-build.log lock=$1/target/tgpt-build.lock start=$SECONDS
  command -v mvn >/dev/null || die "building needs Maven $NEEDED_MAVEN or newer on PATH: $(maven_advice)"
  if ! mkdir -p "$project/target" 2>/dev/null || [[ ! -w $project/target || ! -w $project/bench ]]; then
    die "the sources in $project are not those of its build, and it cannot be written to: let its owner build it"
  fi
  if ! take_lock "$lock"; then
    wait_for_lock "$lock"
    if ! needs_build "$project"; then
      return
    fi
    take_lock "$lock" || die "two builds of $project at once: run this again"
  fi
  # shellcheck disable=SC2064 # the file as it is named now
  trap "rm -rf $(printf %q "$lock")" EXIT
  check_maven "$jdk"
  say "building with Maven and $jdk; the first time this fetches libraries"
  run_maven "$(path_without_colon "$project")" "$jdk" "$log" ||
    die "the build failed; all that Maven said is in $log"
  say "built in $((SECONDS - start)) s"
)

# A folder that only one process can make; who made it is in it.
take_lock() {
  mkdir "$1" 2>/dev/null && echo $$ >"$1/pid"
}

wait_for_lock() {
  local said=false pid
  while [[ -d $1 ]]; do
    pid=$(cat "$1/pid" 2>/dev/null) || pid=''
    if [[ -n $pid ]] && ! kill -0 "$pid" 2>/dev/null; then
      rm -rf "$1"
      return
    fi
    if ! $said; then
      say "another tgpt (process $pid) is building here; waiting for it"
      said=true
    fi
    sleep 1
  done
}

check_maven() {
  local found
  found=$(JAVA_HOME=$1 mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  [[ -n $found ]] || die "mvn -v does not work with JAVA_HOME=$1"
  [[ $(oldest "$NEEDED_MAVEN" "$found") == "$NEEDED_MAVEN" ]] ||
    die "this Maven is $found; building needs $NEEDED_MAVEN or newer: $(maven_advice)"
}

maven_advice() {
  local sudo=''
  if ((${EUID:-1} != 0)); then
    sudo='sudo '
  fi
  if command -v apt-get >/dev/null; then
    echo "${sudo}apt-get install maven"
  elif command -v dnf >/dev/null; then
    echo "${sudo}dnf install maven"
  elif command -v brew >/dev/null; then
    echo 'brew install maven'
  else
    echo 'see https://maven.apache.org/install.html'
  fi
}

# Neither compiles nor runs tests. Maven's libraries use calls that newer JDKs warn of.
run_maven() {
  local project=$1 log=$3 sdk
  sdk=$(sdk_of_build "$project")
  (
    if [[ -n $sdk ]]; then export TORNADOVM_HOME=$sdk; else unset TORNADOVM_HOME; fi
    cd / && JAVA_HOME=$2 \
      MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED" \
      mvn -B -f "$project/pom.xml" -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true package 2>&1
  ) | tee "$log" | show_build
}

# Of what Maven prints: the modules, how many files it has fetched, and errors.
show_build() {
  local line name place fetched=0
  while IFS= read -r line; do
    case $line in
      'Downloaded from '* | '[INFO] Downloaded from '*)
        fetched=$((fetched + 1))
        show_fetched "$fetched"
        ;;
      '[INFO] Building tornado-gpt: '*'['*']')
        name=${line#'[INFO] Building tornado-gpt: '}
        place=${line##*[}
        clear_line
        say "  [$place ${name%% *}"
        ;;
      '[ERROR]'*)
        clear_line
        printf '%s\n' "$line" >&2
        ;;
    esac
  done
  clear_line
}

show_fetched() {
  if [[ -t 2 ]]; then
    printf '\rtgpt:   files fetched: %d' "$1" >&2
  elif (($1 % 100 == 0)); then
    say "  files fetched: $1"
  fi
}

clear_line() {
  if [[ -t 2 ]]; then
    printf '\r\033[K' >&2
  fi
}
