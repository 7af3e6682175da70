#compdef l4balancer
# Completion of l4balancer for zsh. The program is asked: it knows its commands, and of the daemon the names.
#   source <(l4balancer completion zsh)      or as the file _l4balancer in a folder of $fpath

_l4balancer() {
    local -a answers items
    local answer word
    answers=("${(@f)$("${(Q)words[1]}" complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    for answer in $answers; do
        word=${answer%%$'\t'*}
        if [[ $word == :files ]]; then
            _files
            return
        fi
        items+=("${word//:/\\:}:${answer#*$'\t'}")
    done
    (( $#items )) && _describe -V l4balancer items
}

if [[ ${funcstack[1]-} == _l4balancer ]]; then
    _l4balancer "$@"
else
    compdef _l4balancer l4balancer
fi
