document.addEventListener("keydown",function(e){
if(e.ctrlKey||e.altKey||e.metaKey||e.isComposing)return;
if("vV".includes(e.key)){var o=["v-side","v-one","v-clean"],i=o.findIndex(function(x){return document.getElementById(x).checked});document.getElementById(o[(i+1)%3]).checked=true;return}
if("npNP".includes(e.key)){var r=[].slice.call(document.querySelectorAll(".r.c")).filter(function(x){return x.offsetParent!==null});if(!r.length)return;
var a=r.findIndex(function(x){return "#"+x.id===location.hash});a=e.key.toLowerCase()==="n"?(a+1)%r.length:(a<=0?r.length:a)-1;location.hash=r[a].id}});
