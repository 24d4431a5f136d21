# Completion of the command pipeline for fish. In ~/.config/fish/config.fish: pipeline completion fish | source
function __pipeline_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    for line in ($program complete -- $words "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :directories
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete -c pipeline -f -a '(__pipeline_complete)'
