# The commands of Kreislotse. Each one sets up what it needs first; `make` alone lists them.
.POSIX:

# Any Python from 3.10 on; only the standard library of it is used.
PYTHON = python3

# Further words for pytest or the bench, which the step reads from its environment, where make
# puts what is set on its command line: make test ARGS="-k handover"
STEP = exec $(PYTHON) -m bot.setup

.PHONY: help setup run test test-pbx lint bench faults eval installer clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

setup: ## build both Python environments, the web pages and the model
	@$(STEP) setup

run: ## set up and start everything, with a demo county and without any server
	@$(STEP) run

test: ## set up, lint and run every test
	@$(STEP) test

test-pbx: ## set up and make calls through a real PBX, in a chroot (as root, on Debian)
	@$(STEP) test-pbx

lint: ## style, types and import directions of Python and TypeScript
	@$(STEP) lint

bench: ## set up and measure turns, memory and start, beside bare Rasa
	@$(STEP) bench

faults: ## set up, kill processes under people at work, and show that nothing is lost
	@$(STEP) faults

eval: ## set up and measure how well questions are understood
	@$(STEP) eval

installer: ## fetch uv into .tools/, to install a Python with it
	@$(STEP) installer

clean: ## remove everything that was built; conversations in var/ stay
	@$(STEP) clean
