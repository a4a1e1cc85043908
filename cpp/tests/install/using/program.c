/* SPDX-License-Identifier: Apache-2.0 */
int host_run(int argc, char **argv);

int main(int argc, char **argv) { return host_run(argc, argv); }
