/*
 * Fetches modules at the same time in a loop of epoll, beside a timer, without a thread.
 *
 *     epoll localhost:5000/hello:1.0 oci:layout:v1
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <vector>
#include <wasm2oci/dispatcher.hpp>
#include <wasm2oci/wasm2oci.hpp>

namespace {

void watch(int loop, int fd) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
}

int start_timer() {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  itimerspec each_second = {};
  each_second.it_interval.tv_sec = each_second.it_value.tv_sec = 1;
  timerfd_settime(timer, 0, &each_second, nullptr);
  return timer;
}

}  // namespace

int main(int argc, char **argv) {
  try {
    const wasm2oci::Client client;
    wasm2oci::Dispatcher dispatcher;
    int failures = 0;
    for (int i = 1; i < argc; ++i) {
      dispatcher.then(client.start_fetch(argv[i]),
                      [&failures](wasm2oci::Expected<std::vector<std::byte>> module) {
                        if (module) {
                          std::cout << module->size() << " bytes\n";
                        } else {
                          std::cerr << module.error().what() << '\n';
                          ++failures;
                        }
                      });
    }

    const int loop = epoll_create1(EPOLL_CLOEXEC);
    const int timer = start_timer();
    watch(loop, timer);
    watch(loop, dispatcher.fd());
    while (dispatcher.size() > 0) {
      epoll_event event = {};
      if (epoll_wait(loop, &event, 1, -1) != 1) {
        continue;  // A signal.
      }
      if (event.data.fd == timer) {
        std::uint64_t seconds = 0;
        if (read(timer, &seconds, sizeof seconds) == sizeof seconds) {
          std::cerr << dispatcher.size() << " still run\n";
        }
      } else {
        dispatcher.dispatch();  // Calls the functions of those that have ended.
      }
    }
    close(timer);
    close(loop);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const wasm2oci::Error &error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
