// vangnetd, the server. What it is told and what it does stand in startup.h and app.h.
#include <string>
#include <vector>

#include "services/server/app.h"

int main(int argc, char** argv) { return vangnet::RunServer(std::vector<std::string>(argv + 1, argv + argc)); }
