# Completion of the command pipeline for bash. In ~/.bashrc: eval "$(pipeline completion bash)"
_pipeline() {
  local line=${COMP_LINE:0:COMP_POINT} candidate path
  local -a words
  # COMP_WORDS cannot be used: bash splits it at "=" too. "read" without -r keeps escaped spaces in their word.
  # shellcheck disable=SC2162
  read -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local current=${words[${#words[@]} - 1]} kept=""
  # If bash splits words at "=" or ":", it expects only the part after it.
  local break
  for break in = :; do
    [[ $current == *"$break"* && $COMP_WORDBREAKS == *"$break"* ]] || continue
    path=${current%"${current##*"$break"}"}
    ((${#path} > ${#kept})) && kept=$path
  done
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    case $candidate in
      :files | :directories)
        type compopt &>/dev/null && compopt -o filenames
        while IFS= read -r path; do
          COMPREPLY+=("$path")
        done < <(compgen "-${candidate:1:1}" -- "${current#"$kept"}")
        ;;
      ?*)
        COMPREPLY+=("${candidate#"$kept"}")
        [[ $candidate == *[=.:] ]] && type compopt &>/dev/null && compopt -o nospace
        ;;
    esac
  done < <("$1" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _pipeline pipeline
