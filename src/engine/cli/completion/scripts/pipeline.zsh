#compdef pipeline
# Completion of the command pipeline for zsh. In ~/.zshrc, after compinit: eval "$(pipeline completion zsh)"
_pipeline() {
  local value description
  local -a whole open
  while IFS=$'\t' read -r value description; do
    case $value in
      :files) compset -P '*='; _files ;;
      :directories) compset -P '*='; _files -/ ;;
      *[=.:]) open+=("${value//:/\\:}${description:+:$description}") ;;
      ?*) whole+=("${value//:/\\:}${description:+:$description}") ;;
    esac
  done < <("$words[1]" complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
  (( $#whole )) && _describe pipeline whole
  (( $#open )) && _describe pipeline open -S ''
}
if [[ $funcstack[1] == _pipeline ]]; then _pipeline; else compdef _pipeline pipeline; fi
