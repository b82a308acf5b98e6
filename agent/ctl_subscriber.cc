// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl_subscriber.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "agent/ops/password.h"
#include "agent/store/subscriber_store.h"
#include "agent/store/subscriber_text.h"

namespace sipward {
namespace {

using store::SubscriberStore;

/// What the options of all subscriber commands are read into.
struct Arguments {
  std::function<std::string()> store_path;
  std::string impi;
  std::string realm;
  std::vector<std::string> identities;
  std::string default_identity;
  std::vector<std::string> barred;
  std::string algorithms;
  bool password_from_stdin = false;
};
using Shared = std::shared_ptr<Arguments>;

template <class T>
T or_throw(sip::Result<T, store::Failure> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

void or_throw(const store::Outcome& outcome) {
  if (outcome) throw std::runtime_error(outcome->text);
}

std::string password_of(const Arguments& arguments) {
  auto password = arguments.password_from_stdin ? ops::read_password(STDIN_FILENO)
                                                : ops::ask_password(arguments.impi);
  if (!password) throw std::runtime_error(password.error());
  or_throw(store::check_password(password->text));
  return std::move(password->text);
}

std::vector<sip::DigestAlgorithm> algorithms_of(const Arguments& arguments) {
  if (arguments.algorithms.empty()) return store::default_algorithms();
  return or_throw(store::parse_algorithms(arguments.algorithms));
}

/// The identity of the subscriber that the operator typed.
scscf::SubscriberIdentity& identity_of(scscf::Subscriber& subscriber, const std::string& typed) {
  const auto wanted = or_throw(store::parse_identity(typed));
  for (scscf::SubscriberIdentity& identity : subscriber.identities) {
    if (identity.impu == wanted.impu) return identity;
  }
  throw std::runtime_error(typed + " is none of the identities given with --impu");
}

void choose_default(scscf::Subscriber& subscriber, const std::string& typed) {
  scscf::SubscriberIdentity& chosen = identity_of(subscriber, typed);
  for (scscf::SubscriberIdentity& identity : subscriber.identities) {
    if (identity.set == chosen.set) identity.is_default = false;
  }
  chosen.is_default = true;
}

void add(const Arguments& arguments) {
  scscf::Subscriber subscriber =
      or_throw(store::make_subscriber({.impi = arguments.impi,
                                       .realm = arguments.realm,
                                       .password = password_of(arguments),
                                       .identities = arguments.identities,
                                       .algorithms = algorithms_of(arguments)}));
  for (const std::string& typed : arguments.barred) identity_of(subscriber, typed).barred = true;
  if (!arguments.default_identity.empty()) choose_default(subscriber, arguments.default_identity);
  SubscriberStore store(arguments.store_path(), SubscriberStore::Open::kCreate);
  or_throw(store.add(subscriber));
  std::printf("added %s\n", store::summarise(subscriber).c_str());
}

void show(const Arguments& arguments) {
  const SubscriberStore store(arguments.store_path());
  const ims::Impi impi = or_throw(store::parse_impi(arguments.impi));
  std::fputs(store::describe(or_throw(store.find(impi))).c_str(), stdout);
}

void list(const Arguments& arguments) {
  const SubscriberStore store(arguments.store_path());
  const auto subscribers = or_throw(store.list());
  for (const auto& subscriber : subscribers) {
    std::printf("%s\n", store::summarise(subscriber).c_str());
  }
  if (subscribers.empty()) std::printf("no subscribers\n");
}

void remove(const Arguments& arguments) {
  SubscriberStore store(arguments.store_path());
  or_throw(store.remove(or_throw(store::parse_impi(arguments.impi))));
  std::printf("removed %s; a registration that is up ends when it runs out\n",
              arguments.impi.c_str());
}

void passwd(const Arguments& arguments) {
  SubscriberStore store(arguments.store_path());
  const ims::Impi impi = or_throw(store::parse_impi(arguments.impi));
  or_throw(store.find(impi));  // before the operator types a password for nobody
  or_throw(store.set_password(impi, password_of(arguments), algorithms_of(arguments)));
  std::printf("new password for %s\n", arguments.impi.c_str());
}

struct Command {
  const char* name;
  const char* text;
  void (*run)(const Arguments& arguments);
};

CLI::App* add_command(CLI::App& parent, const Command& command, const Shared& arguments) {
  CLI::App* app = parent.add_subcommand(command.name, command.text);
  app->callback([arguments, run = command.run] { run(*arguments); });
  return app;
}

void take_impi(CLI::App& app, const Shared& arguments) {
  app.add_option("IMPI", arguments->impi, "private identity, user@realm")->required();
}

void take_password(CLI::App& app, const Shared& arguments) {
  app.add_flag("--password-stdin", arguments->password_from_stdin,
               "read the password from standard input instead of asking");
  app.add_option("--algorithm", arguments->algorithms,
                 "comma list of SHA-256, SHA-512-256, MD5 (default: SHA-256,MD5)");
}

}  // namespace

void add_subscriber_commands(CLI::App& app, std::function<std::string()> store_path) {
  CLI::App* parent = app.add_subcommand("subscriber", "subscribers of the home");
  parent->require_subcommand(1);
  const auto arguments = std::make_shared<Arguments>();
  arguments->store_path = std::move(store_path);
  CLI::App* command = add_command(*parent, {"add", "add a subscriber", add}, arguments);
  take_impi(*command, arguments);
  take_password(*command, arguments);
  command->add_option("--realm", arguments->realm, "default: what follows @ in IMPI");
  command
      ->add_option("--impu", arguments->identities,
                   "public identity, repeatable: sip:alice@home1.example, "
                   "\"Alice\" <sip:alice@home1.example>, tel:+15551000 (default: sip:IMPI)")
      ->allow_extra_args(false);
  command->add_option("--default", arguments->default_identity,
                      "the identity asserted when none is preferred (default: the first)");
  command->add_option("--barred", arguments->barred, "identity of --impu that may not be asserted")
      ->allow_extra_args(false);
  command = add_command(*parent, {"show", "show a subscriber", show}, arguments);
  take_impi(*command, arguments);
  add_command(*parent, {"list", "list all subscribers", list}, arguments);
  command = add_command(*parent, {"remove", "remove a subscriber", remove}, arguments);
  take_impi(*command, arguments);
  command = add_command(*parent, {"passwd", "set a new password", passwd}, arguments);
  take_impi(*command, arguments);
  take_password(*command, arguments);
}

}  // namespace sipward
