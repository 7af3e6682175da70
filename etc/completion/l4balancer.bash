# Completion of l4balancer for bash. The program is asked: it knows its commands, and of the daemon the names.
#   source <(l4balancer completion bash)

_l4balancer() {
    local line=${COMP_LINE:0:COMP_POINT}
    local -a words program
    read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=('')
    local current=${words[-1]}
    read -ra program <<<"${BASH_ALIASES[${words[0]}]-${words[0]}}"

    # Readline takes these for ends of words too: what is before the last one stands already.
    local stands=${current%"${current##*[:=@]}"}

    COMPREPLY=()
    local word
    while IFS=$'\t' read -r word _; do
        if [[ $word == :files ]]; then
            compopt -o default
        elif [[ $word == "$current"* ]]; then
            COMPREPLY+=("${word#"$stands"}")
        fi
    done < <("${program[@]}" complete -- "${words[@]:1}" 2>/dev/null)
}

complete -F _l4balancer l4balancer
