# shellcheck shell=bash
# Finding a Java, and what to say where there is none. Read by tgpt and setup_tornado.sh, which define say and die.

readonly NEEDED_JDK=25

# What a runtime must have besides java.base. JDKs have all of it, runtimes made by jlink may not.
readonly NEEDED_MODULES='java.desktop java.logging java.management java.net.http java.xml jdk.incubator.vector jdk.management jdk.unsupported'

# Reads the release file of the Java in folder $1 into release_version (its first number) and release_modules (with spaces around each).
read_release() {
  local line
  release_version=0 release_modules=''
  [[ -x $1/bin/java && -r $1/release ]] || return 1
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    case $line in
      JAVA_VERSION=*)
        line=${line#JAVA_VERSION=\"}
        line=${line%%[!0-9]*}
        release_version=${line:-0}
        ;;
      MODULES=*)
        line=${line#MODULES=\"}
        release_modules=" ${line%\"} "
        ;;
    esac
  done <"$1/release"
}

# Sets fault to what speaks against the Java in folder $1, to nothing where it will do. With $2 = compiler it must be able to build.
find_fault() {
  local module
  fault=''
  if ! read_release "$1"; then
    fault='no Java (it has no bin/java, or no file "release")'
  elif ((release_version < NEEDED_JDK)); then
    fault="Java $release_version"
  elif [[ ${2:-} == compiler && ! -x $1/bin/javac ]]; then
    fault='a Java without a compiler'
  elif [[ -n $release_modules ]]; then
    for module in $NEEDED_MODULES; do
      if [[ $release_modules != *" $module "* ]]; then
        fault="a Java without the module $module"
        return
      fi
    done
  fi
}

# The home of the java on PATH, also where that is a script that picks one (jenv, asdf and others); nothing without one.
java_on_path() {
  local program folder
  program=$(command -v java) || return 0
  program=$(realpath "$program" 2>/dev/null || echo "$program")
  folder=$(dirname "$(dirname "$program")")
  # macOS has a /usr/bin/java that opens a window where there is no Java
  if [[ ! -r $folder/release && $program != /usr/bin/java ]]; then
    folder=$("$program" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  fi
  echo "$folder"
}

# Sets candidates to the folders that may hold a JDK besides JAVA_HOME, the preferred ones first; $1 is the project's.
find_candidates() {
  candidates=("$1"/.jdk/* "$1"/.jdk/*/Contents/Home "$(java_on_path)")
  if [[ -x /usr/libexec/java_home ]]; then
    candidates+=("$(/usr/libexec/java_home -v "$NEEDED_JDK+" 2>/dev/null || true)")
  fi
  if [[ -n ${HOME:-} ]]; then
    candidates+=("$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*)
  fi
  candidates+=(/usr/lib/jvm/* /opt/java/* /opt/jdk*
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home)
}

# Prints the home of the first Java that will do. $1 is the project's folder; with $2 = compiler it must be able to build.
find_jdk() {
  local folder fault release_version release_modules candidates home_fault=''
  if [[ -n ${JAVA_HOME:-} ]]; then
    find_fault "$JAVA_HOME" "${2:-}"
    if [[ -z $fault ]]; then
      echo "$JAVA_HOME"
      return
    fi
    home_fault=$fault
  fi
  find_candidates "$1"
  for folder in "${candidates[@]}"; do
    find_fault "$folder" "${2:-}"
    if [[ -z $fault ]]; then
      if [[ -n $home_fault ]]; then
        say "JAVA_HOME is $JAVA_HOME, $home_fault; using $folder" >&2
      fi
      echo "$folder"
      return
    fi
  done
  say "no JDK $NEEDED_JDK or newer${home_fault:+ (JAVA_HOME is $JAVA_HOME, $home_fault)}: not in JAVA_HOME, on PATH or in the usual places; get one with" >&2
  jdk_advice "$1" >&2
  return 1
}

# The commands that install a JDK on this system, one a line.
jdk_advice() {
  local sudo=''
  if ((${EUID:-1} != 0)); then
    sudo='sudo '
  fi
  printf '  %-58s # Eclipse Temurin, for this project alone\n' './tgpt --install-jdk'
  if command -v apt-get >/dev/null; then
    apt_advice "${sudo}apt-get" "openjdk-$NEEDED_JDK-jdk"
  fi
  if command -v dnf >/dev/null; then
    echo "  ${sudo}dnf install java-$NEEDED_JDK-openjdk-devel"
  fi
  if command -v brew >/dev/null; then
    echo "  brew install openjdk@$NEEDED_JDK"
  fi
  if [[ -d ${SDKMAN_DIR:-${HOME:-}/.sdkman} ]]; then
    # shellcheck disable=SC2016 # for the user's shell
    printf '  sdk install java "$(sdk list java | grep -o '\''%s[0-9.]*-tem'\'' | head -n 1)"\n' "$NEEDED_JDK"
  fi
  if command -v winget >/dev/null; then
    echo "  winget install EclipseAdoptium.Temurin.$NEEDED_JDK.JDK"
  fi
}

# Debian's and Ubuntu's command $1 for package $2, if this release has the package; what its lists do not hold is not known.
apt_advice() {
  if ! has_package_lists; then
    echo "  $1 update && $1 install $2"
  elif apt-cache show "$2" >/dev/null 2>&1; then
    echo "  $1 install $2"
  fi
}

# Fresh containers have none.
has_package_lists() {
  local lists=(/var/lib/apt/lists/*_Packages*)
  [[ -e ${lists[0]} ]]
}
