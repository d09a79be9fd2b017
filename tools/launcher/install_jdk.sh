# shellcheck shell=bash
# Fetching a JDK. Read by tgpt, which defines say and die, after jdk.sh.

# Eclipse Temurin's own address; another one is for tests and mirrors.
readonly JDK_SOURCE=${TGPT_JDK_SOURCE:-https://api.adoptium.net}

# This machine in Temurin's words: "os architecture".
temurin_platform() {
  local os architecture
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=mac ;;
    *) die "there is no archive of Temurin for $(uname -s) that this can unpack; see https://adoptium.net" ;;
  esac
  if [[ $os == linux ]] && ! getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
    os=alpine-linux
  fi
  case $(uname -m) in
    x86_64 | amd64) architecture=x64 ;;
    aarch64 | arm64) architecture=aarch64 ;;
    ppc64le | s390x | riscv64) architecture=$(uname -m) ;;
    *) die "there is no Temurin for $(uname -m); see https://adoptium.net" ;;
  esac
  echo "$os $architecture"
}

# Fetches address $1 into file $2, showing how far it is where somebody looks on. Only https, unless a test says otherwise.
fetch() {
  local curl_options=(--fail --location --connect-timeout 20 --retry 2 --output "$2")
  if command -v curl >/dev/null; then
    if [[ $JDK_SOURCE == https:* ]]; then
      curl_options+=(--proto '=https')
    fi
    if [[ -t 2 && ${3:-} == slow ]]; then
      curl --progress-bar "${curl_options[@]}" "$1"
    else
      curl --silent --show-error "${curl_options[@]}" "$1"
    fi
  elif command -v wget >/dev/null; then
    wget --quiet --timeout=20 --tries=3 --output-document="$2" "$1"
  else
    die "fetching needs curl or wget on PATH"
  fi
}

sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1"
  else
    shasum -a 256 <"$1"
  fi | cut -d ' ' -f 1
}

# Value of key $2, a string, in the JSON object $1.
json_field() { sed -n 's/.*"'"$2"'" *: *"\([^"]*\)".*/\1/p' <<<"$1"; }

# Fetches the newest Temurin into folder $1/.jdk, compares its checksum, tries it, and moves it into place as a whole.
install_jdk() {
  local platform about package link checksum name home work
  platform=$(temurin_platform)
  [[ -w $1 ]] || die "cannot write to $1, where .jdk would be"
  mkdir -p "$1/.jdk"
  work=$(mktemp -d "$1/.jdk/.fetched.XXXXXX")
  # shellcheck disable=SC2064 # the folder as it is now
  trap "rm -rf $(printf %q "$work")" EXIT
  about="$JDK_SOURCE/v3/assets/latest/$NEEDED_JDK/hotspot?architecture=${platform#* }&image_type=jdk&os=${platform% *}&vendor=eclipse"
  fetch "$about" "$work/about" || die "cannot fetch $about; without a network install a JDK by other means"
  package=$(tr -d '\r\n' <"$work/about" | sed -n 's/.*"package" *: *{\([^}]*\)}.*/\1/p')
  link=$(json_field "$package" link)
  checksum=$(json_field "$package" checksum)
  name=$(json_field "$package" name)
  [[ -n $link && $checksum =~ ^[0-9a-fA-F]{64}$ && $name == *.tar.gz ]] ||
    die "$about names no archive with a checksum: is there a Temurin $NEEDED_JDK for ${platform/ /, }?"
  say "fetching $link"
  fetch "$link" "$work/$name" slow || die "cannot fetch $link"
  [[ $(sha256 "$work/$name") == "$(tr A-F a-f <<<"$checksum")" ]] ||
    die "$link does not have the checksum $checksum that $JDK_SOURCE gives: nothing was installed"
  mkdir "$work/jdk"
  tar -xzf "$work/$name" -C "$work/jdk" || die "cannot unpack $name into $1/.jdk"
  place_jdk "$1" "$work/jdk"
}

# Moves the only folder in $2 to $1/.jdk, if it holds a Java that starts.
place_jdk() {
  local unpacked=("$2"/*) home name
  home=${unpacked[0]}
  name=$(basename "$home")
  if [[ -d $home/Contents/Home ]]; then
    home=$home/Contents/Home
  fi
  find_fault "$home" compiler
  [[ -z $fault ]] || die "what was fetched is $fault"
  "$home/bin/java" -version >/dev/null 2>&1 || die "the Java that was fetched does not start on this machine"
  if [[ ! -e $1/.jdk/$name ]]; then
    mv "${unpacked[0]}" "$1/.jdk/$name"
  fi
  home=$1/.jdk/$name${home#"${unpacked[0]}"}
  say "checked by its SHA-256 and installed: $home"
  say "tgpt finds it there; for Maven by hand: export JAVA_HOME=$(printf %q "$home")"
}
