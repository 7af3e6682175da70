# Completion of l4balancer for fish. The program is asked: it knows its commands, and of the daemon the names.
#   l4balancer completion fish | source      or as the file ~/.config/fish/completions/l4balancer.fish

function __l4balancer_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    for answer in ($program complete -- $words[2..] "$current" 2>/dev/null)
        if test "$answer" = ":files"
            __fish_complete_path "$current"
        else
            printf '%s\n' $answer
        end
    end
end

complete -c l4balancer -f -a '(__l4balancer_complete)'
