# What the services cannot see of the owner's home: who commits, and which files git ignores
# everywhere. Copied on every start into ORCHESTRA_HOME/git; by a short list of settings, none of
# which names a program.

person_git_save() {
  folder=$ORCHESTRA_HOME/git
  mkdir -p "$folder"
  : >"$folder/config.new"
  for key in user.name user.email core.autocrlf core.eol core.safecrlf core.precomposeunicode i18n.commitencoding i18n.logoutputencoding; do
    value=$(person_git --get "$key" 2>/dev/null) || continue
    git config --file "$folder/config.new" "$key" "$value"
  done
  mv "$folder/config.new" "$folder/config"
  ignore=$(person_git --type=path --get core.excludesFile 2>/dev/null || printf '%s' "$(person_home)/.config/git/ignore")
  if [ -f "$ignore" ]; then cp "$ignore" "$folder/ignore"; else rm -f "$folder/ignore"; fi
  chmod 0644 "$folder"/*
}

# usage: person_git ARGS...    git config with the owner's global and the system's settings, also under sudo
person_git() { (cd / && HOME=$(person_home) git config "$@"); }
person_home() { printf '%s' "${owner_home:-$HOME}"; }
