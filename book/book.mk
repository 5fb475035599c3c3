# The book as HTML in book/_site, and the checks of the whole book. book/README.md says how chapters are written.
SITE  := book/_site
PAGES := $(SLUGS:%=$(SITE)/%.html)

book: $(PAGES) $(SITE)/index.html $(SITE)/style.css $(SITE)/search.js $(SITE)/index.js ## the book as HTML, with what its cells gave: book/_site/index.html
	@echo "The book is at $(SITE)/index.html"
check-once: $(LEDGERS) $(TAGS) # every line of lib and every exercise is printed exactly once
	@LC_ALL=C awk -v ONCE=1 -v SOLUTIONS="$(wildcard solutions/*.c)" -f book/check.awk $(TAGS) $(LEDGERS) $(QUOTED)
check-width: $(LEDGERS) $(TAGS) # the printed lines fit on a page
	@LC_ALL=C awk -v WIDTH=1 -f book/check.awk $(TAGS) $(LEDGERS) $(QUOTED)
check-notebooks: $(SLUGS:%=$(W)/%.ipynb) # notebooks/ is what the chapters give
	@for slug in $(SLUGS); do cmp -s $(W)/$$slug.ipynb notebooks/$$slug.ipynb || { \
	echo "notebooks/$$slug.ipynb is not what chapters/$$slug gives: run \`make notebooks\` and commit it" >&2; bad=1; }; done; \
	for f in notebooks/*.ipynb; do case " $(NOTEBOOKS) notebooks/*.ipynb " in *" $$f "*) ;; *) \
	echo "$$f belongs to no chapter: remove it" >&2; bad=1;; esac; done; [ -z "$$bad" ]
.PHONY: book check-once check-width check-notebooks

# -- the list of chapters, then the pages
$(W)/%.head: chapters/%/chapter.md $(WEAVER)
	@mkdir -p $(@D)
	@WEAVE_HEAD=$@ $(WEAVE) $< -t json -o /dev/null
$(W)/contents.new: $(SLUGS:%=$(W)/%.head)
	@awk -F '\t' -v OFS='\t' '{ print $$2, $$3, $$4, $$5 }' $^ /dev/null >$@
$(W)/contents.tsv: $(W)/contents.new
	$(COPY_IF_NEW)
$(SITE)/%.html: chapters/%/chapter.md $(W)/%.ran.ipynb $(W)/contents.tsv $(WOVEN_FROM) $$(call STUBS_OF,$$*) book/page.html
	@rm -rf $(SITE)/$* && mkdir -p $(SITE)/$*
	@WEAVE_RAN=$(W)/$*.ran.ipynb WEAVE_CONTENTS=$(W)/contents.tsv WEAVE_SITE=$(SITE) WEAVE_SEARCH=$(W)/$*.search \
	$(WEAVE) $< -t html5 -s --template=book/page.html --mathml --toc --toc-depth=2 -o $@
	@rmdir --ignore-fail-on-non-empty $(SITE)/$*
$(SITE)/index.html: $(W)/contents.tsv book/index.html book/contents.awk
	@mkdir -p $(@D)
	@for page in $(wildcard $(SITE)/*.html); do case " $(PAGES) $@ " in *" $$page "*) ;; *) rm -rf "$$page" "$${page%.html}";; esac; done
	@awk -f book/contents.awk $(W)/contents.tsv book/index.html >$@
$(SITE)/index.js: $(PAGES)
	@{ echo 'const INDEX = ['; cat $(SLUGS:%=$(W)/%.search) /dev/null; echo '];'; } >$@
$(SITE)/style.css: book/style.css
	@mkdir -p $(@D) && cp $< $@
$(SITE)/search.js: book/search.js
	@mkdir -p $(@D) && cp $< $@

TESTS += $(addprefix tests/book/,cutting faults ladder notebooks checkpoints pages whole)
